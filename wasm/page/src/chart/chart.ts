// SPDX-License-Identifier: Apache-2.0
import { h, svg } from '../dom';
import { colour } from '../theme';
import { clockText, timeTicks, valueTicks } from './axis';
import { listenTo } from './gestures';
import { textIn, type Unit } from '../numbers';

/** Colours alone are not enough: every line of a chart has dashes of its own. */
const kDashes: number[][] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
/** How each kind of shade is striped: colour, pixels from stripe to stripe, rising or falling. */
const kStripes: [colour: `--${string}`, gap: number, rise: 1 | -1][] = [['--bad', 6, 1], ['--odd', 12, 1], ['--series-4', 6, -1], ['--word', 12, -1], ['--series-3', 9, 1]];
const kPlot = { left: 46, right: 10, top: 8, bottom: 20 }; // pixels round the plot
const kHeight = 168;

export interface LineShape {
  label: string;
  colour: `--${string}`;
  dash: number;
  /** Dots, for values that are not connected to the next one. */
  dots?: boolean;
  /** The scale need not include the line. */
  mayLeave?: boolean;
}
export interface ChartShape {
  title: string;
  unit: Unit;
  lines: LineShape[];
}
/** One value a column for each line; NaN: nothing was measured there, which is drawn as a gap. */
export interface ChartData {
  middle: number; // of the first column
  width: number;
  values: Float64Array[];
}
/** A time that is shaded, in the stripes of its kind, with a few words. */
export interface Shade {
  from: number;
  to: number;
  kind: number;
  label: string;
}
/** A value that is drawn across the chart, with a few words. */
export interface Limit {
  value: number;
  label: string;
}
export interface Shown {
  data: ChartData;
  range: [number, number];
  /** The largest value that the scale must include. */
  most: number;
  shades: readonly Shade[];
  limits: readonly Limit[];
  /** The lines of another run, drawn thin behind these. */
  other?: ChartData | undefined;
  /** What a legend says without a crosshair: a figure for each line, and of what they are. */
  whole: { values: number[]; of: string };
}

export function swatch({ colour: name, dash, dots }: LineShape): SVGElement {
  const mark = dots
    ? svg('circle', { cx: 11, cy: 5, r: 3, class: `fill${name.slice(1)}` })
    : svg('line', { x1: 0, y1: 5, x2: 22, y2: 5, 'stroke-width': 2.5, 'stroke-dasharray': kDashes[dash]!.join(' '), class: `stroke${name.slice(1)}` });
  return svg('svg', { width: 22, height: 10, 'aria-hidden': 'true', class: 'swatch' }, mark);
}

/** Lines over time. It only draws; zoom and crosshair belong to the owner of several charts. */
export class Chart {
  readonly element: HTMLElement;
  readonly canvas = h('canvas');
  onPoint: (at: number | undefined) => void = () => {};
  onZoom: (from: number, to: number) => void = () => {};
  onReset: () => void = () => {};
  private readonly plot: HTMLElement;
  private readonly hair = h('div', { class: 'hair', hidden: true });
  private readonly chosen = h('div', { class: 'chosen', hidden: true });
  private readonly readings: HTMLElement[];
  private readonly when = h('li', { class: 'when' });
  private shown: Shown | undefined;
  private at: number | undefined;

  constructor(readonly shape: ChartShape) {
    this.readings = shape.lines.map(() => h('span', { class: 'reading' }));
    const legend = shape.lines.map((line, index) => h('li', {}, swatch(line), h('span', {}, line.label), this.readings[index]));
    this.plot = h('div', { class: 'plot', role: 'img', tabindex: 0, 'aria-label': shape.title }, this.canvas, this.hair, this.chosen);
    this.element = h('figure', { class: 'chart' }, h('figcaption', {}, shape.title), h('ul', { class: 'legend' }, ...legend, this.when), this.plot);
    listenTo(this.plot, this);
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  /** The greatest value that the scale must reach. */
  static greatest(shape: ChartShape, data: ChartData): number {
    let most = 0;
    shape.lines.forEach((line, index) => {
      if (!line.mayLeave) for (const value of data.values[index] ?? []) if (value > most) most = value;
    });
    return most;
  }

  show(shown: Shown): void {
    this.shown = shown;
    this.draw();
    this.read();
  }

  /** Moves the crosshair to an instant, or hides it. */
  point(at: number | undefined): void {
    const [from, to] = this.range;
    this.at = at;
    this.hair.hidden = at === undefined || at < from || at > to;
    if (at !== undefined) this.hair.style.transform = `translateX(${this.toX(at)}px)`;
    this.read();
  }

  /** What the lines say at the crosshair, or of all that is shown. */
  get reading(): string {
    const texts = this.shape.lines.map(({ label }, index) => `${label} ${this.readings[index]!.textContent}`);
    const { at } = this;
    const shades = (this.shown?.shades ?? []).filter(({ from, to }) => at !== undefined && at >= from && at < to).map(({ label }) => `, ${label}`);
    return `${this.when.textContent}${shades.join('')}: ${texts.join(', ')}`;
  }
  /** The instants that are shown. */
  get range(): [number, number] {
    return this.shown?.range ?? [0, 1];
  }
  /** Where the crosshair is, or would begin. */
  get cursor(): number {
    return this.at ?? (this.range[0] + this.range[1]) / 2;
  }
  /** How far a key moves the crosshair. */
  get step(): number {
    const [from, to] = this.range;
    return Math.max(this.shown?.data.width ?? 0, (to - from) / 200);
  }

  draw(): void {
    const width = this.plot.clientWidth;
    const { shown } = this;
    if (width === 0 || !shown) return;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(kHeight * ratio);
    const pen = this.canvas.getContext('2d')!;
    pen.scale(ratio, ratio);
    const ticks = valueTicks(shown.most, 4, this.shape.unit);
    const top = ticks.at(-1)!.at;
    this.drawAxes(pen, ticks, top);
    pen.save();
    pen.beginPath();
    pen.rect(kPlot.left, 0, width - kPlot.left - kPlot.right, kHeight - kPlot.bottom + 2);
    pen.clip();
    for (const shade of shown.shades) this.drawShade(pen, shade);
    if (shown.other) this.shape.lines.forEach((line, index) => this.drawLine(pen, line, shown.other!, index, top, true));
    this.shape.lines.forEach((line, index) => this.drawLine(pen, line, shown.data, index, top, false));
    for (const limit of shown.limits) this.drawLimit(pen, limit, top);
    pen.restore();
    const limits = shown.limits.map(({ label }) => `${label}. `).join('');
    this.plot.setAttribute('aria-label', `${this.shape.title}. ${limits}${this.reading}`);
  }

  get inner(): { left: number; width: number } {
    return { left: kPlot.left, width: this.plot.clientWidth - kPlot.left - kPlot.right };
  }
  private toX(at: number): number {
    const [from, to] = this.range;
    return kPlot.left + ((at - from) / (to - from)) * this.inner.width;
  }
  toTime(x: number): number {
    const [from, to] = this.range;
    const share = (x - kPlot.left) / this.inner.width;
    return from + Math.max(0, Math.min(1, share)) * (to - from);
  }
  private toY(value: number, top: number): number {
    return kHeight - kPlot.bottom - (value / top) * (kHeight - kPlot.bottom - kPlot.top);
  }

  private drawAxes(pen: CanvasRenderingContext2D, ticks: { at: number; text: string }[], top: number): void {
    const right = this.plot.clientWidth - kPlot.right;
    const style = getComputedStyle(this.element);
    pen.font = `11px ${style.fontFamily}`;
    pen.fillStyle = colour('--muted');
    pen.strokeStyle = colour('--line');
    pen.lineWidth = 1;
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    for (const { at, text } of ticks) {
      const y = Math.round(this.toY(at, top)) + 0.5;
      stroke(pen, kPlot.left, y, right, y);
      pen.fillText(text, kPlot.left - 5, y);
    }
    pen.textBaseline = 'top';
    for (const { at, text } of timeTicks(...this.range, Math.max(2, Math.floor((right - kPlot.left) / 90)))) {
      const x = this.toX(at);
      stroke(pen, Math.round(x) + 0.5, kHeight - kPlot.bottom, Math.round(x) + 0.5, kHeight - kPlot.bottom + 3);
      const half = pen.measureText(text).width / 2;
      pen.textAlign = 'left';
      pen.fillText(text, Math.max(kPlot.left - 20, Math.min(x - half, right + kPlot.right - 2 * half)), kHeight - kPlot.bottom + 6);
    }
  }

  /** Stripes, so that it is seen without colours too. */
  private drawShade(pen: CanvasRenderingContext2D, { from, to, kind, label }: Shade): void {
    const [left, right] = [this.toX(from), Math.max(this.toX(to), this.toX(from) + 2)];
    const bottom = kHeight - kPlot.bottom;
    const [ink, gap, rise] = kStripes[kind]!;
    pen.save();
    pen.fillStyle = pen.strokeStyle = colour(ink);
    pen.globalAlpha = 0.13;
    pen.fillRect(left, kPlot.top, right - left, bottom - kPlot.top);
    pen.globalAlpha = 0.35;
    pen.beginPath();
    pen.rect(left, kPlot.top, right - left, bottom - kPlot.top);
    pen.clip();
    for (let x = left - bottom; x < right; x += gap) stroke(pen, x, rise > 0 ? bottom : 0, x + bottom, rise > 0 ? 0 : bottom);
    pen.restore();
    const seen = Math.max(left, kPlot.left) + 3;
    pen.fillStyle = colour('--text');
    if (pen.measureText(label).width < right - seen) pen.fillText(label, seen, kPlot.top + 2 + kind * 12);
  }

  private drawLimit(pen: CanvasRenderingContext2D, { value, label }: Limit, top: number): void {
    const y = Math.round(this.toY(value, top)) + 0.5;
    const right = this.plot.clientWidth - kPlot.right;
    pen.strokeStyle = pen.fillStyle = colour('--bad');
    pen.lineWidth = 1.5;
    pen.setLineDash([6, 4]);
    stroke(pen, kPlot.left, y, right, y);
    pen.setLineDash([]);
    pen.textAlign = 'right';
    pen.fillText(label, right - 2, y < kPlot.top + 14 ? y + 3 : y - 13);
    pen.textAlign = 'left';
  }

  private drawLine(pen: CanvasRenderingContext2D, line: LineShape, { middle, width, values: all }: ChartData, of: number, top: number, isOther: boolean): void {
    const values = all[of] ?? new Float64Array();
    pen.strokeStyle = pen.fillStyle = colour(line.colour);
    pen.globalAlpha = isOther ? 0.45 : 1;
    pen.lineWidth = isOther ? 1 : 1.75;
    pen.lineJoin = 'round';
    pen.setLineDash(kDashes[line.dash]!);
    pen.beginPath();
    let isDown = false;
    values.forEach((value, index) => {
      if (Number.isNaN(value)) return void (isDown = false);
      const [x, y] = [this.toX(middle + index * width), this.toY(value, top)];
      const isAlone = !isDown && !(values[index + 1]! >= 0);
      if (line.dots || isAlone) pen.fillRect(x - 1.5, y - 1.5, 3, 3);
      if (isDown) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      isDown = true;
    });
    if (!line.dots) pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  private read(): void {
    const { shown } = this;
    if (!shown) return;
    const { middle, width, values } = shown.data;
    const index = this.at === undefined ? undefined : Math.round((this.at - middle) / width);
    this.shape.lines.forEach((_, line) => {
      const value = index === undefined ? shown.whole.values[line] : values[line]?.[index];
      write(this.readings[line]!, value === undefined || Number.isNaN(value) ? '–' : textIn[this.shape.unit](value));
    });
    write(this.when, this.at === undefined ? shown.whole.of : `at ${clockText(this.at, width)}`);
  }

  /** Marks what a drag would zoom to; pixels of the plot. */
  mark(from: number, to: number): void {
    this.chosen.hidden = Math.abs(to - from) <= 5;
    this.chosen.style.left = `${Math.min(from, to)}px`;
    this.chosen.style.width = `${Math.abs(to - from)}px`;
  }
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
function stroke(pen: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}
