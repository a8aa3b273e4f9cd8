// SPDX-License-Identifier: Apache-2.0
/** What pointers, fingers and keys do on a plot. */

export interface Plotted {
  readonly range: [number, number];
  readonly cursor: number;
  readonly step: number;
  /** Where the lines are, in pixels of the plot. */
  readonly inner: { left: number; width: number };
  toTime(x: number): number;
  mark(from: number, to: number): void;
  onPoint: (at: number | undefined) => void;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}

/** A mouse points and drags to zoom. A tap points, two fingers zoom, and one finger scrolls the page as always. */
export function listenTo(plot: HTMLElement, chart: Plotted): void {
  const fingers = new Map<number, number>(); // pointer id to x
  let began: number | undefined; // of a drag
  let pinch: [number, number] | undefined; // the instants under two fingers
  const xOf = (event: PointerEvent) => event.clientX - plot.getBoundingClientRect().left;
  plot.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, xOf(event));
      if (fingers.size === 2) pinch = [...fingers.values()].map((x) => chart.toTime(x)) as [number, number];
      else chart.onPoint(chart.toTime(xOf(event)));
    } else if (event.button === 0) {
      began = xOf(event);
      plot.setPointerCapture(event.pointerId);
    }
  });
  plot.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) {
      if (event.pointerType !== 'touch') chart.onPoint(chart.toTime(xOf(event)));
      if (began !== undefined) chart.mark(began, xOf(event));
      return;
    }
    fingers.set(event.pointerId, xOf(event));
    if (pinch && fingers.size === 2) zoomBy(chart, pinch, [...fingers.values()] as [number, number]);
  });
  const lift = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (fingers.size < 2) pinch = undefined;
  };
  plot.addEventListener('pointerup', (event) => {
    lift(event);
    if (began === undefined) return;
    const [from, to] = [began, xOf(event)].sort((a, b) => a - b) as [number, number];
    began = undefined;
    chart.mark(0, 0);
    if (to - from > 5) chart.onZoom(chart.toTime(from), chart.toTime(to));
  });
  plot.addEventListener('pointercancel', lift);
  plot.addEventListener('pointerleave', (event) => event.pointerType !== 'touch' && chart.onPoint(undefined));
  plot.addEventListener('dblclick', () => chart.onReset());
  plot.addEventListener('keydown', (event) => keyed(event, chart));
  plot.addEventListener('blur', () => chart.onPoint(undefined));
}

/** The range in which both instants are under the fingers again. */
function zoomBy(chart: Plotted, [a, b]: [number, number], [x, y]: [number, number]): void {
  if (Math.abs(y - x) < 10 || a === b) return;
  const scale = (b - a) / (y - x); // seconds a pixel
  if (scale <= 0) return;
  const { left, width } = chart.inner;
  const from = a - (x - left) * scale;
  chart.onZoom(Math.max(0, from), from + width * scale);
}

/** Arrows move the crosshair, + and - zoom round it, Home and 0 show all again. */
function keyed(event: KeyboardEvent, chart: Plotted): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [from, to] = chart.range;
  const { cursor: at } = chart;
  const step = (event.shiftKey ? 10 : 1) * chart.step;
  const moves: Record<string, () => void> = {
    ArrowRight: () => chart.onPoint(Math.min(to, at + step)),
    ArrowLeft: () => chart.onPoint(Math.max(from, at - step)),
    '+': () => chart.onZoom(at - (at - from) / 2, at + (to - at) / 2),
    '-': () => chart.onZoom(Math.max(0, at - (at - from) * 2), at + (to - at) * 2),
    '0': () => chart.onReset(),
    Home: () => chart.onReset(),
    Escape: () => chart.onPoint(undefined),
  };
  const move = moves[event.key === '=' ? '+' : event.key];
  if (!move) return;
  event.preventDefault();
  move();
}
