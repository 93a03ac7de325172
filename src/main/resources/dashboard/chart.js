// A chart of the last two minutes: one or two lines, and their newest values in words.
import { element } from './view.js';

const POINTS = 120;
const SVG = 'http://www.w3.org/2000/svg';

export class Chart {
  constructor(parent, title, names, format) {
    this.format = format;
    this.names = names;
    this.values = names.map(() => []);
    this.label = element('p', {});
    this.picture = document.createElementNS(SVG, 'svg');
    this.picture.setAttribute('viewBox', '0 0 120 40');
    this.picture.setAttribute('preserveAspectRatio', 'none');
    this.picture.setAttribute('aria-hidden', 'true');
    this.lines = names.map((name, index) => {
      const line = document.createElementNS(SVG, 'path');
      line.setAttribute('class', `line-${index}`);
      this.picture.append(line);
      return line;
    });
    parent.append(element('div', { className: 'chart' }, element('h3', {}, title), this.label, this.picture));
  }

  add(...newest) {
    newest.forEach((value, index) => {
      this.values[index].push(value);
      if (this.values[index].length > POINTS) {
        this.values[index].shift();
      }
    });
    const top = Math.max(1, ...this.values.flat());
    this.lines.forEach((line, index) => line.setAttribute('d', path(this.values[index], top)));
    this.label.replaceChildren(
      ...newest.map((value, index) =>
        element('span', { className: `line-${index}` }, `${this.format(value)}${this.names[index]} `)),
    );
  }
}

function path(values, top) {
  const left = POINTS - values.length;
  return values.map((value, index) => `${index ? 'L' : 'M'}${left + index} ${39 - (38 * value) / top}`).join('');
}
