// The entities with the greatest sums of the last day, and the course of one of them over the last hours.
import { Curve } from './chart.js';
import { get } from './feed.js';
import { element, number, table } from './view.js';

const AGAIN = 10_000;
const ENTITIES = 10;
const DAY = 24 * 3600_000;
const find = (id) => document.getElementById(id);
const form = () => find('top-form').elements;
const curve = new Curve(find('top-curve'));
let streams = {};
let entity = null;
let asked = 0;

export function begin() {
  form().stream.addEventListener('change', () => {
    setMeasures();
    look();
  });
  form().measure.addEventListener('change', look);
  find('top-form').addEventListener('submit', (event) => event.preventDefault());
}

/** Takes what streams keep over time; asks anew now and then. */
export function update(all) {
  const rolledUp = all.filter((stream) => stream.rollups);
  const names = rolledUp.map((stream) => stream.stream);
  if (names.join() !== Object.keys(streams).join()) {
    streams = Object.fromEntries(rolledUp.map((stream) => [stream.stream, stream.rollups]));
    form().stream.replaceChildren(...names.map((name) => new Option(name, name)));
    setMeasures();
    asked = 0;
  }
  find('top-form').hidden = names.length === 0;
  if (names.length === 0) {
    nothing('No stream keeps rollups. ‘rollups = [minute, hour, day]’ in a definition does that.');
  } else if (Date.now() - asked >= AGAIN && document.visibilityState === 'visible') {
    search();
  }
}

function setMeasures() {
  form().measure.replaceChildren(...(streams[form().stream.value]?.measures ?? []).map((name) => new Option(name, name)));
}

function look() {
  entity = null;
  search();
}

async function search() {
  asked = Date.now();
  const [stream, measure] = [form().stream.value, form().measure.value];
  const mine = () => stream === form().stream.value && measure === form().measure.value;
  try {
    const query = new URLSearchParams({ measure, limit: ENTITIES });
    const found = (await get(`api/v1/top/${encodeURIComponent(stream)}?${query}`)).entities;
    if (!mine()) {
      return;
    }
    if (found.length === 0) {
      nothing('Nothing was counted within a day.');
      return;
    }
    if (!found.some((one) => one.entity === entity)) {
      entity = found[0].entity;
    }
    show(found, measure);
    await drawCurve(stream, measure, mine);
  } catch (problem) {
    nothing(`Not found out: ${problem.message}`, 'bad');
  }
}

function show(found, measure) {
  // who went through the list with the keyboard goes on where they were
  const focused = document.activeElement?.dataset?.entity;
  const greatest = found[0].value;
  table(find('top'), [['Entity'], [measure, 'number'], ['', 'bar']], found.map((one) => [
    element('button', {
      type: 'button', className: 'link', ariaPressed: String(one.entity === entity), onclick: () => choose(one.entity),
    }, one.entity),
    number(one.value), element('meter', { max: Math.max(1, greatest), value: one.value, ariaHidden: 'true' })]), '');
  find('top').querySelectorAll('button').forEach((button, index) => {
    button.dataset.entity = found[index].entity;
    if (found[index].entity === focused) {
      button.focus();
    }
  });
}

function choose(name) {
  entity = name;
  search();
}

async function drawCurve(stream, measure, mine) {
  const of = entity;
  const step = ['hour', 'day', 'minute'].find((one) => streams[stream].steps.includes(one));
  const query = new URLSearchParams({ measure, step });
  if (step === 'minute') {
    query.set('from', new Date(Date.now() - DAY / 24).toISOString());
  }
  const path = `api/v1/counters/${encodeURIComponent(stream)}/${encodeURIComponent(of)}/series`;
  const series = await get(`${path}?${query}`);
  if (mine() && of === entity) {
    curve.draw(`${of}: ${measure} by the ${step}, UTC`, series.buckets);
  }
}

function nothing(why, kind = 'quiet') {
  find('top').replaceChildren(element('p', { className: kind }, why));
  curve.clear();
}
