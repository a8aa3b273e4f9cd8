// SPDX-License-Identifier: Apache-2.0
import { Chart, type ChartData, type ChartShape, type Limit, type Shade } from '../chart/chart';
import { h } from '../dom';
import type { CoreWorker } from '../core_worker';
import type { Outcome, SeriesAsked, State, Threshold } from './calls';

const kColumns = 120; // so wide that a few flushes fall into one
const kFarAbove = 3; // a threshold so many times as high as the lines would press them flat: it is out of sight

interface Drawn extends ChartShape {
  series: SeriesAsked;
  /** Figures of the whole run, where the outcome has them: so legends and tiles agree. */
  whole: (outcome: Outcome) => (number | undefined)[];
  /** Thresholds on these figures are drawn as lines. */
  figures?: RegExp;
  /** Thresholds on these too, which are none of its lines: with the words of the core, which name what the figure is. */
  others?: RegExp;
}
const line = (label: string, series: number, more: object = {}) => ({ label, colour: `--series-${series}` as const, dash: series - 1, ...more });

/** What is drawn: names of the series of the simulator, and how a column sums its samples up. */
export const drawn: Drawn[] = [
  {
    title: 'Writes a second, with and without batching',
    unit: 'count',
    lines: [line('one by one (UPDATEs; as many NOTIFYs)', 2), line('batched UPDATEs', 1), line('batched NOTIFYs', 3)],
    series: [['unbatched', 'mean'], ['writes', 'mean'], ['notifies', 'mean']],
    whole: ({ unbatched, db_writes_per_s, notifies_per_s }) => [unbatched.db_writes_per_s, db_writes_per_s, notifies_per_s],
    figures: /(db_writes|notifies)_per_s$/,
  },
  {
    title: 'Flushes a second, by reason',
    unit: 'count',
    lines: [line('capacity: batch full', 1), line('scheduled: tick', 2), line('shutdown', 3), line('failed', 4)],
    series: [['flushes_capacity', 'mean'], ['flushes_scheduled', 'mean'], ['flushes_shutdown', 'mean'], ['flush_failures', 'mean']],
    whole: ({ flushes, flush_failures, seconds }) => [flushes.capacity / seconds, flushes.scheduled / seconds, flushes.shutdown / seconds, flush_failures / seconds],
  },
  {
    title: 'Delay from update to row',
    unit: 'seconds',
    lines: [line('p50', 1), line('p99, worst', 2)],
    series: [['delay_p50', 'mean'], ['delay_p99', 'max']],
    whole: ({ delay_s }) => [delay_s.p50, delay_s.p99],
    figures: /^delay\./,
    others: /^age\./, // there is no series of ages, and both are seconds
  },
  {
    title: 'Updates not written, a second',
    unit: 'count',
    lines: [line('coalesced (newer value came first)', 1), line('dropped, buffer full', 2), line('failed to match a row', 4)],
    series: [['coalesced', 'mean'], ['dropped', 'mean'], ['unmatched', 'mean']],
    whole: ({ coalesced, dropped, unmatched, seconds }) => [coalesced / seconds, (dropped.full + dropped.agent_full + dropped.closed) / seconds, unmatched / seconds],
  },
  {
    title: 'Entries held, maximum of each column',
    unit: 'count',
    lines: [line('held in all', 1), line('queued', 2), line('in flight', 3), line('capacity in use', 4, { mayLeave: true })],
    series: [['held', 'max'], ['queued', 'max'], ['in_flight', 'max'], ['room_entries', 'max']],
    whole: () => [],
  },
  {
    title: 'Batch size: entries a flush',
    unit: 'count',
    lines: [line('mean', 1)],
    series: [['batch_size', 'mean']],
    whole: () => [],
  },
];

function summary(how: 'mean' | 'max', values: Float64Array): number {
  const measured = values.filter((value) => !Number.isNaN(value));
  if (measured.length === 0) return NaN;
  return how === 'max' ? measured.reduce((most, value) => Math.max(most, value)) : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** All charts of one or two runs: one range, one crosshair, and the same scale for A and B. */
export class Charts {
  readonly element = h('div', { class: 'charts' });
  onPoint: (text: string) => void = () => {};
  onRange: () => void = () => {};
  thresholds: readonly Threshold[] = [];
  private slots: Chart[][] = [];
  private zoom: [number, number] | undefined;
  private duration = 1;
  private turn = 0;
  private data: ChartData[][] = [];
  private states: readonly State[] = [];

  constructor(private readonly worker: CoreWorker) {}

  get isZoomed(): boolean {
    return this.zoom !== undefined;
  }
  get range(): [number, number] {
    return this.zoom ?? [0, this.duration];
  }
  get all(): readonly Chart[][] {
    return this.slots;
  }
  dataOf(slot: number): ChartData[] {
    return this.data[slot] ?? [];
  }

  /** Charts for so many runs; zoom is forgotten. */
  begin(count: number): void {
    this.zoom = undefined;
    if (this.slots.length !== count) {
      this.slots = Array.from({ length: count }, () => drawn.map((shape) => this.chart(shape)));
      const rows = drawn.flatMap((_, index) => this.slots.map((charts, slot) => (count > 1 ? this.labelled(charts[index]!, slot) : charts[index]!.element)));
      this.element.replaceChildren(...rows);
      this.element.classList.toggle('two', count > 1);
    }
    this.onRange();
  }

  async update(states: readonly State[]): Promise<void> {
    if (states[0]) {
      this.duration = Math.max(states[0].duration, ...states.map(({ now }) => now));
      this.states = states;
    }
    const turn = ++this.turn;
    const [from, to] = this.range;
    const [data, shades] = await Promise.all([Promise.all(this.slots.map((_, slot) => this.fetch(slot, from, to))), Promise.all(this.slots.map((_, slot) => this.shadesOf(slot)))]);
    if (turn !== this.turn || data.length !== this.slots.length) return;
    this.data = data;
    drawn.forEach((shape, index) => {
      const limits = this.slots.map((_, slot) => this.limitsOf(shape, slot));
      const lines = Math.max(...data.map((charts) => Chart.greatest(shape, charts[index]!)));
      const most = Math.max(lines, ...limits.flat().map(({ value }) => value).filter((value) => value < lines * kFarAbove));
      this.slots.forEach((charts, slot) => {
        const mine = data[slot]![index]!;
        charts[index]!.show({ data: mine, range: [from, to], most, shades: shades[slot]!, limits: limits[slot]!, other: data[1 - slot]?.[index], whole: this.whole(shape, mine, slot) });
      });
    });
  }

  private limitsOf({ figures, others }: Drawn, slot: number): Limit[] {
    const missed = this.states[slot]?.missed ?? [];
    return this.thresholds.flatMap(({ figure, value, text }, at) => {
      if (others?.test(figure)) return [{ value, label: missed[at] ? `missed: ${missed[at]}` : `fails if ${text}` }];
      return figures?.test(figure) ? [{ value, label: `fails if ${text}` }] : [];
    });
  }
  private async shadesOf(slot: number): Promise<Shade[]> {
    const windows = await this.worker.call('windows', { slot });
    const { now = 0, duration = 0, faults = [] } = this.states[slot] ?? {};
    // What was begun and is not ended lasts beyond the run: so far it lasts until now.
    return windows.map(({ fault, from, to }) => ({ kind: fault, label: faults[fault]?.label ?? '', from, to: to > duration ? Math.max(from, now) : to }));
  }

  /** What a legend says while nothing is pointed at. */
  private whole(shape: Drawn, { middle, width, values }: ChartData, slot: number): { values: number[]; of: string } {
    const [from, to] = this.range;
    const outcome = this.states[slot]?.outcome;
    const known = !this.isZoomed && outcome && outcome.seconds > 0 ? shape.whole(outcome) : [];
    const summed = shape.series.map(([, how], line) => known[line] ?? summary(how, (values[line] ?? new Float64Array()).filter((_, index) => middle + index * width >= from && middle + index * width <= to)));
    return { values: summed, of: this.isZoomed ? 'in view' : this.states[slot]?.isFinished ? 'whole run' : 'so far' };
  }

  async zoomTo(from: number, to: number): Promise<void> {
    const [low, high] = [Math.max(0, from), Math.min(this.duration, to)];
    this.zoom = high - low < this.duration * 0.999 && high > low ? [low, high] : undefined;
    this.onRange();
    await this.update([]);
  }
  reset(): Promise<void> {
    return this.zoomTo(0, this.duration);
  }
  redraw(): void {
    for (const chart of this.slots.flat()) chart.draw();
  }

  private async fetch(slot: number, from: number, to: number): Promise<ChartData[]> {
    const series = drawn.flatMap((shape) => shape.series);
    const all = await this.worker.call('columns', { slot, asked: { from, to, columns: kColumns, series } });
    const [middle, width] = all as unknown as [number, number];
    const columns = (all.length - 2) / series.length;
    let next = 0;
    const take = () => all.subarray(2 + next * columns, 2 + ++next * columns);
    return drawn.map((shape) => ({ middle, width, values: shape.series.map(take) }));
  }

  private chart(shape: Drawn): Chart {
    const chart = new Chart(shape);
    chart.onPoint = (at) => {
      for (const one of this.slots.flat()) one.point(at);
      this.onPoint(at === undefined ? '' : chart.reading);
    };
    chart.onZoom = (from, to) => void this.zoomTo(from, to);
    chart.onReset = () => void this.reset();
    return chart;
  }
  private labelled(chart: Chart, slot: number): HTMLElement {
    return h('div', { class: 'slot', 'data-slot': slot === 0 ? 'A' : 'B' }, chart.element);
  }
}
