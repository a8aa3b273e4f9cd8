// SPDX-License-Identifier: Apache-2.0
import { clockText, valueTicks } from '../chart/axis';
import { h, svg } from '../dom';
import type { Point, Sweep } from './calls';
import { numberText, secondsText, settingText, spanText } from '../numbers';

const kSize = { width: 640, height: 300, left: 56, right: 14, top: 14, bottom: 40 }; // of the drawing; it scales

export const costOf = ({ writes, notifies }: Point) => writes + notifies;
/** What the tuner judges by: the larger of age and delay. */
export const delayOf = ({ age, p99 }: Point) => Math.max(age, p99);
export function settingsWords({ settings }: Point): string {
  return settings.map(([name, text]) => `${name} ${settingText(text, name)}`).join(', ');
}
export function pointWords(point: Point): string {
  const lost = point.dropped > 0 ? `, ${numberText(point.dropped)} dropped` : '';
  return `${settingsWords(point)}: ${numberText(costOf(point))} a second, age p99 ${spanText(point.age)}, delay p99 ${spanText(point.p99)}${lost}`;
}

/** Cost against delay: each point is one setting on the same arrivals. Both axes are logarithmic, as costs are. */
export class FrontierChart {
  readonly element: HTMLElement;
  onPick: (index: number) => void = () => {};
  onHover: (index: number | undefined) => void = () => {};
  private readonly drawing = svg('svg', { viewBox: `0 0 ${kSize.width} ${kSize.height}`, class: 'frontier', role: 'group', 'aria-label': 'Writes and NOTIFYs a second against the larger of age and delay p99; the table below has the same points. Arrow keys go from point to point, Enter uses one.' });

  constructor() {
    const keys: [string, string][] = [['frontier', 'on the frontier'], ['other', 'another is better both ways'], ['lossy', 'drops updates'], ['today', 'settings in use'], ['best', 'recommended']];
    const legend = keys.map(([kind, label]) => h('li', {}, keySwatch(kind), h('span', {}, label)));
    this.element = h('figure', { class: 'chart frontier-chart' }, h('figcaption', {}, 'Cost against delay: further left costs less, further down is faster'), h('ul', { class: 'legend' }, ...legend), h('div', { class: 'frontier-place' }, this.drawing as unknown as HTMLElement));
    this.drawing.addEventListener('click', (event) => this.at(event, (index) => this.onPick(index)));
    this.drawing.addEventListener('pointerover', (event) => this.at(event, (index) => this.onHover(index)));
    this.drawing.addEventListener('pointerleave', () => this.onHover(undefined));
    this.drawing.addEventListener('focusin', (event) => this.at(event, (index) => this.onHover(index)));
    this.drawing.addEventListener('keydown', (event) => this.keyed(event as KeyboardEvent));
  }

  show({ points, maxDelay, recommendation }: Sweep): void {
    const costs = points.map(costOf).filter((cost) => cost > 0);
    const delays = points.map(delayOf).filter((delay) => delay > 0);
    if (costs.length === 0 || delays.length === 0) return this.drawing.replaceChildren();
    const x = scale([...costs], kSize.left, kSize.width - kSize.right);
    const y = scale([...delays, maxDelay], kSize.height - kSize.bottom, kSize.top);
    const order = points.map((_, index) => index).filter((index) => costOf(points[index]!) > 0 && delayOf(points[index]!) > 0);
    const rank = (index: number) => (index === recommendation?.point ? 3 : points[index]!.isToday ? 2 : points[index]!.isOnFrontier ? 1 : 0);
    order.sort((a, b) => rank(a) - rank(b));
    const frontier = order.filter((index) => points[index]!.isOnFrontier).sort((a, b) => delayOf(points[a]!) - delayOf(points[b]!));
    const path = frontier.map((index) => `${x.to(costOf(points[index]!))},${y.to(delayOf(points[index]!))}`).join(' ');
    const focused = this.drawing.contains(document.activeElement) ? document.activeElement!.getAttribute('data-point') : undefined;
    const first = recommendation?.point ?? frontier[0];
    const marks = order.map((index) => this.mark(points[index]!, index, index === recommendation?.point, x.to(costOf(points[index]!)), y.to(delayOf(points[index]!))));
    this.drawing.replaceChildren(...axes(x, y), ...limit(y.to(maxDelay), maxDelay), svg('polyline', { points: path, class: 'frontier-line' }), ...marks);
    for (const mark of marks) if (mark.getAttribute('data-point') === (focused ?? String(first))) mark.setAttribute('tabindex', '0');
    if (focused !== undefined) this.drawing.querySelector<SVGElement>('[tabindex="0"]')?.focus();
  }

  highlight(index: number | undefined): void {
    for (const mark of this.drawing.querySelectorAll('[data-point]')) mark.classList.toggle('on', mark.getAttribute('data-point') === String(index));
  }

  private mark(point: Point, index: number, isBest: boolean, x: number, y: number): SVGElement {
    const kind = isBest ? 'best' : point.isToday ? 'today' : point.dropped > 0 ? 'lossy' : point.isOnFrontier ? 'frontier' : 'other';
    const title = svg('title', {});
    title.textContent = `${pointWords(point)}. Click to use it.`;
    return svg('g', { 'data-point': index, 'data-x': x, class: `point ${kind}`, role: 'button', tabindex: -1, 'aria-label': pointWords(point), transform: `translate(${x} ${y})` }, svg('circle', { r: 9, class: 'reach' }), shapeOf(kind), title);
  }

  /** Arrows go from left to right through the points that matter; Enter uses one. */
  private keyed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return this.at(event, (index) => this.onPick(index));
    }
    const all = [...this.drawing.querySelectorAll<SVGElement>('.point:not(.other, .lossy)')].sort((a, b) => Number(a.dataset['x']) - Number(b.dataset['x']));
    const at = all.indexOf(event.target as SVGElement);
    const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    (event.target as Element).setAttribute('tabindex', '-1');
    all[next].setAttribute('tabindex', '0');
    all[next].focus();
  }

  private at(event: Event, use: (index: number) => void): void {
    const mark = event.target instanceof Element ? event.target.closest('[data-point]') : null;
    if (mark) use(Number(mark.getAttribute('data-point')));
  }
}

/** Shapes differ as colours do. */
function shapeOf(kind: string): SVGElement {
  if (kind === 'best') return svg('path', { d: 'M0-8 2.4-2.6 8-2 3.8 2 5 8 0 5-5 8-3.8 2-8-2-2.4-2.6Z' });
  if (kind === 'today') return svg('rect', { x: -5, y: -5, width: 10, height: 10 });
  if (kind === 'lossy') return svg('path', { d: 'M-4-4 4 4M4-4-4 4', class: 'cross' });
  return svg('circle', { r: kind === 'frontier' ? 5 : 3 });
}
function keySwatch(kind: string): SVGElement {
  return svg('svg', { width: 18, height: 18, viewBox: '-9 -9 18 18', 'aria-hidden': 'true', class: 'swatch' }, svg('g', { class: `point ${kind}` }, shapeOf(kind)));
}

interface Scale {
  to: (value: number) => number;
  ticks: number[];
}
function scale(values: number[], from: number, to: number): Scale {
  const [least, most] = [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
  const [low, high] = [Math.log(least), Math.log(most)];
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); ++power) for (const digit of [1, 2, 5]) all.push(digit * 10 ** power);
  let ticks = all.filter((tick) => tick >= least && tick <= most);
  if (ticks.length > 7) ticks = ticks.filter((tick) => String(tick.toPrecision(1)).startsWith('1'));
  if (ticks.length < 2) ticks = valueTicks(most, 4, 'count').map(({ at }) => at).filter((at) => at >= least && at <= most);
  return { to: (value) => Math.round((from + ((Math.log(value) - low) / (high - low)) * (to - from)) * 10) / 10, ticks };
}

function words(text: string, x: number, y: number, more: Record<string, string | number> = {}): SVGElement {
  const element = svg('text', { x, y, ...more });
  element.textContent = text;
  return element;
}
function axes(x: Scale, y: Scale): SVGElement[] {
  const bottom = kSize.height - kSize.bottom;
  const across = y.ticks.flatMap((tick) => [svg('line', { x1: kSize.left, x2: kSize.width - kSize.right, y1: y.to(tick), y2: y.to(tick), class: 'rule' }), words(secondsText(tick), kSize.left - 6, y.to(tick) + 4, { 'text-anchor': 'end' })]);
  const down = x.ticks.flatMap((tick) => [svg('line', { x1: x.to(tick), x2: x.to(tick), y1: kSize.top, y2: bottom, class: 'rule' }), words(numberText(tick), x.to(tick), bottom + 16, { 'text-anchor': 'middle' })]);
  return [...across, ...down, words('UPDATEs + NOTIFYs a second', (kSize.left + kSize.width) / 2, kSize.height - 6, { 'text-anchor': 'middle' }), words('age or delay p99', 4, 11)];
}
function limit(y: number, maxDelay: number): SVGElement[] {
  return [svg('line', { x1: kSize.left, x2: kSize.width - kSize.right, y1: y, y2: y, class: 'limit' }), words(`wanted: within ${maxDelay < 60 ? secondsText(maxDelay) : clockText(maxDelay)}`, kSize.width - kSize.right - 4, y - 5, { 'text-anchor': 'end', class: 'limit-words' })];
}
