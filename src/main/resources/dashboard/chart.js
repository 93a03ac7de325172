// A chart of the last two minutes: one or two lines, and their newest values in words.
import { element, number } from './view.js';

const POINTS = 120;
const SVG = 'http://www.w3.org/2000/svg';

export class Chart {
  constructor(parent, title, names, format) {
    this.format = format;
    this.names = names;
    this.values = names.map(() => []);
    this.label = element('p', {});
    this.picture = svg(POINTS);
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

/** Bars of one sum each, with when the first and the last begin and how tall the tallest is. */
export class Curve {
  constructor(parent) {
    this.parent = parent;
  }

  draw(title, buckets) {
    const top = Math.max(1, ...buckets.map((bucket) => bucket.value));
    const picture = svg(buckets.length);
    buckets.forEach((bucket, index) => {
      const bar = document.createElementNS(SVG, 'rect');
      const height = (39 * bucket.value) / top;
      Object.entries({ x: index + 0.1, y: 40 - height, width: 0.8, height })
        .forEach(([name, value]) => bar.setAttribute(name, value));
      picture.append(bar);
    });
    const total = buckets.reduce((sum, bucket) => sum + bucket.value, 0);
    this.parent.replaceChildren(element('div', { className: 'chart' },
      element('h3', {}, title),
      element('p', {}, `${number(total)} in all, ${number(top)} at most`),
      picture,
      element('p', { className: 'axis' }, element('span', {}, when(buckets[0])), element('span', {}, when(buckets.at(-1))))));
  }

  clear() {
    this.parent.replaceChildren();
  }
}

function when(bucket) {
  return bucket ? bucket.at.slice(0, 16).replace('T', ' ') : '';
}

function svg(width) {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', `0 0 ${width} 40`);
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('aria-hidden', 'true');
  return picture;
}

function path(values, top) {
  const left = POINTS - values.length;
  return values.map((value, index) => `${index ? 'L' : 'M'}${left + index} ${39 - (38 * value) / top}`).join('');
}
