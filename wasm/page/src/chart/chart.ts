// SPDX-License-Identifier: Apache-2.0
import { h, svg } from '../dom';
import { colour } from '../theme';
import { clockText, textIn, timeTicks, valueTicks, type Unit } from './axis';

/** Colours alone are not enough: every line of a chart has dashes of its own. */
const kDashes: number[][] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
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
  private data: ChartData | undefined;
  private range: [number, number] = [0, 1];
  private most = 0;
  private at: number | undefined;
  private began: number | undefined;

  constructor(readonly shape: ChartShape) {
    this.readings = shape.lines.map(() => h('span', { class: 'reading' }));
    const legend = shape.lines.map((line, index) => h('li', {}, swatch(line), h('span', {}, line.label), this.readings[index]));
    this.plot = h('div', { class: 'plot', role: 'img', tabindex: 0, 'aria-label': shape.title }, this.canvas, this.hair, this.chosen);
    this.element = h('figure', { class: 'chart' }, h('figcaption', {}, shape.title), h('ul', { class: 'legend' }, ...legend), this.plot);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  /** The largest value that the scale must include. */
  static greatest(shape: ChartShape, data: ChartData): number {
    let most = 0;
    shape.lines.forEach((line, index) => {
      if (!line.mayLeave) for (const value of data.values[index] ?? []) if (value > most) most = value;
    });
    return most;
  }

  show(data: ChartData, range: [number, number], most: number): void {
    this.data = data;
    this.range = range;
    this.most = most;
    this.draw();
    this.read();
  }

  /** Moves the crosshair to an instant, or hides it. */
  point(at: number | undefined): void {
    this.at = at;
    this.hair.hidden = at === undefined || at < this.range[0] || at > this.range[1];
    if (at !== undefined) this.hair.style.transform = `translateX(${this.toX(at)}px)`;
    this.read();
  }

  /** The values of the lines at the crosshair, or else the last ones. */
  get reading(): string {
    const texts = this.shape.lines.map(({ label }, index) => `${label} ${this.readings[index]!.textContent}`);
    return `${this.at === undefined ? '' : `at ${clockText(this.at, this.data?.width)}: `}${texts.join(', ')}`;
  }

  draw(): void {
    const width = this.plot.clientWidth;
    if (width === 0 || !this.data) return;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(kHeight * ratio);
    const pen = this.canvas.getContext('2d')!;
    pen.scale(ratio, ratio);
    const ticks = valueTicks(this.most, 4, this.shape.unit);
    const top = ticks.at(-1)!.at;
    this.drawAxes(pen, ticks, top);
    pen.save();
    pen.beginPath();
    pen.rect(kPlot.left, 0, width - kPlot.left - kPlot.right, kHeight - kPlot.bottom + 2);
    pen.clip();
    this.shape.lines.forEach((line, index) => this.drawLine(pen, line, this.data!.values[index] ?? new Float64Array(), top));
    pen.restore();
    this.plot.setAttribute('aria-label', `${this.shape.title}. ${this.reading}`);
  }

  private toX(at: number): number {
    const [from, to] = this.range;
    return kPlot.left + ((at - from) / (to - from)) * (this.plot.clientWidth - kPlot.left - kPlot.right);
  }
  private toTime(x: number): number {
    const [from, to] = this.range;
    const share = (x - kPlot.left) / (this.plot.clientWidth - kPlot.left - kPlot.right);
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

  private drawLine(pen: CanvasRenderingContext2D, line: LineShape, values: Float64Array, top: number): void {
    const { middle, width } = this.data!;
    pen.strokeStyle = pen.fillStyle = colour(line.colour);
    pen.lineWidth = 1.75;
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
  }

  private read(): void {
    const { data } = this;
    if (!data) return;
    const index = this.at === undefined ? undefined : Math.round((this.at - data.middle) / data.width);
    data.values.forEach((values, line) => {
      const value = index === undefined ? lastMeasured(values) : values[index];
      const text = value === undefined || Number.isNaN(value) ? '–' : textIn[this.shape.unit](value);
      if (this.readings[line] && this.readings[line].textContent !== text) this.readings[line].textContent = text;
    });
  }

  private listen(): void {
    const xOf = (event: PointerEvent) => event.clientX - this.plot.getBoundingClientRect().left;
    this.plot.addEventListener('pointermove', (event) => {
      this.onPoint(this.toTime(xOf(event)));
      if (this.began !== undefined) this.showChosen(this.began, xOf(event));
    });
    this.plot.addEventListener('pointerleave', () => this.onPoint(undefined));
    this.plot.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || event.pointerType === 'touch') return;
      this.began = xOf(event);
      this.plot.setPointerCapture(event.pointerId);
    });
    this.plot.addEventListener('pointerup', (event) => {
      if (this.began === undefined) return;
      const [from, to] = [this.began, xOf(event)].sort((a, b) => a - b) as [number, number];
      this.began = undefined;
      this.chosen.hidden = true;
      if (to - from > 5) this.onZoom(this.toTime(from), this.toTime(to));
    });
    this.plot.addEventListener('dblclick', () => this.onReset());
    this.plot.addEventListener('keydown', (event) => this.keyed(event));
    this.plot.addEventListener('blur', () => this.onPoint(undefined));
  }

  private showChosen(from: number, to: number): void {
    this.chosen.hidden = Math.abs(to - from) <= 5;
    this.chosen.style.left = `${Math.min(from, to)}px`;
    this.chosen.style.width = `${Math.abs(to - from)}px`;
  }

  /** Arrows move the crosshair, + and - zoom round it, Home and 0 show all again. */
  private keyed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = this.range;
    const at = this.at ?? (from + to) / 2;
    const step = (event.shiftKey ? 10 : 1) * Math.max(this.data?.width ?? 0, (to - from) / 200);
    const moves: Record<string, () => void> = {
      ArrowRight: () => this.onPoint(Math.min(to, at + step)),
      ArrowLeft: () => this.onPoint(Math.max(from, at - step)),
      '+': () => this.onZoom(at - (at - from) / 2, at + (to - at) / 2),
      '-': () => this.onZoom(Math.max(0, at - (at - from) * 2), at + (to - at) * 2),
      '0': () => this.onReset(),
      Home: () => this.onReset(),
      Escape: () => this.onPoint(undefined),
    };
    const move = moves[event.key === '=' ? '+' : event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }
}

function stroke(pen: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

function lastMeasured(values: Float64Array): number | undefined {
  for (let at = values.length - 1; at >= 0; --at) if (!Number.isNaN(values[at]!)) return values[at];
  return undefined;
}
