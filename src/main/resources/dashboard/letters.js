// Dead letters: found, looked at, edited, replayed, discarded.
import { ask } from './feed.js';
import { element, number, table } from './view.js';

const COLUMNS = [['Letter', 'number'], ['Stream'], ['State'], ['Reason', 'text'], ['At'], ['']];
const find = (id) => document.getElementById(id);
let shown = [];
let open = null;

export function begin() {
  find('letters-form').addEventListener('submit', (event) => {
    event.preventDefault();
    search();
  });
  find('letters-more').addEventListener('click', () => search(shown.at(-1)?.id));
  find('letter-close').addEventListener('click', () => find('letter').close());
  find('letter-save').addEventListener('click', () => act(save));
  find('letter-replay').addEventListener('click', () => act(replay));
  find('letter-discard').addEventListener('click', () => act(discard));
}

export function setStreams(names) {
  const select = find('letters-form').elements.stream;
  if (select.options.length !== names.length + 1) {
    const chosen = select.value;
    select.replaceChildren(new Option('all', ''), ...names.map((name) => new Option(name, name)));
    select.value = chosen;
  }
}

/** Finds the newest, or those that are older than a letter. */
export async function search(before) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(find('letters-form'))) {
    if (value) {
      query.set(name, value);
    }
  }
  if (before) {
    query.set('before', before);
  }
  try {
    const page = await ask(`dead-letters?${query}`);
    const found = page.deadLetters;
    shown = before ? [...shown, ...found] : found;
    find('letters-more').hidden = page.next == null;
    table(find('letters'), COLUMNS, shown.map(row), 'No dead letters: every event could be applied.');
  } catch (problem) {
    find('letters').replaceChildren(element('p', { className: 'bad' }, `Not found out: ${problem.message}`));
  }
}

function row(letter) {
  const button = element('button', { type: 'button', onclick: () => show(letter.id) }, `Open ${letter.id}`);
  return [number(letter.id), letter.stream, letter.state, letter.detail, letter.createdAt.slice(0, 19), button];
}

async function show(id) {
  find('letter-problem').textContent = '';
  try {
    open = await ask(`dead-letters/${id}`);
  } catch (problem) {
    find('letters-said').textContent = problem.message;
    return;
  }
  const text = open.edited ?? open.raw;
  find('letter-title').textContent = `Dead letter ${open.id} of ${open.stream}`;
  find('letter-reason').textContent = `${open.state}; ${open.detail}`;
  find('letter-body').value = text ?? `not text; in base 64: ${open.editedBase64 ?? open.rawBase64}`;
  find('letter-body').readOnly = text == null || open.state !== 'open';
  find('letter-save').disabled = find('letter-body').readOnly;
  find('letter-replay').disabled = !['open', 'replaying'].includes(open.state);
  find('letter-discard').disabled = open.state !== 'open';
  find('letter').showModal();
}

async function act(action) {
  try {
    find('letter-problem').textContent = '';
    find('letters-said').textContent = await action();
    await search();
  } catch (problem) {
    find('letter-problem').textContent = problem.message;
  }
}

async function save() {
  const body = find('letter-body').value;
  if (body !== (open.edited ?? open.raw)) {
    open = await ask(`dead-letters/${open.id}`, { method: 'PUT', body });
  }
  return `Letter ${open.id} is saved.`;
}

async function replay() {
  if (!find('letter-body').readOnly) {
    await save();
  }
  await ask(`dead-letters/${open.id}/replay`, { method: 'POST' });
  find('letter').close();
  return `Letter ${open.id} is on its way again.`;
}

async function discard() {
  await ask(`dead-letters/${open.id}/discard`, { method: 'POST' });
  find('letter').close();
  return `Letter ${open.id} is put aside.`;
}
