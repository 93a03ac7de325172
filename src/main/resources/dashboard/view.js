// Small helpers that make elements; texts are never taken for markup.
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function number(value) {
  return NUMBERS.format(value ?? 0);
}

export function duration(millis) {
  return millis < 1000 ? `${number(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}

/** Puts a table where one was; columns are [title, kind] with the kinds number, text and none. */
export function table(parent, columns, rows, whenEmpty) {
  if (rows.length === 0) {
    parent.replaceChildren(element('p', { className: 'quiet' }, whenEmpty));
    return;
  }
  const head = element('tr', {}, ...columns.map(([title, kind]) =>
    element('th', { scope: 'col', className: kind ?? '' }, title)));
  const body = rows.map((row) => element('tr', {}, ...row.map((cell, index) =>
    element('td', { className: columns[index][1] ?? '' }, cell ?? '–'))));
  parent.replaceChildren(element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)));
}

export function word(good, yes, no) {
  return element('span', { className: good ? 'good' : 'bad' }, good ? yes : no);
}
