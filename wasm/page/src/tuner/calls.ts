// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';
import { readScenario, type Texts } from '../scenario/calls';
import { findingsOf, type Finding } from '../simulator/calls';
import { rowsOf } from '../tables';

const kSlice = 100; // milliseconds of work between two reports to the page

export interface Point {
  settings: Texts;
  writes: number;
  notifies: number;
  saved: number;
  p50: number;
  p99: number;
  /** For 99 % of the time a watcher sees values at most so old, in seconds. */
  age: number;
  /** Share of the updates that were coalesced. */
  coalesced: number;
  dropped: number;
  busy: number;
  isToday: boolean;
  meets: boolean;
  isOnFrontier: boolean;
}
export interface Recommendation {
  point: number;
  meets: boolean;
  findings: Finding[];
  today: Finding[];
}
export interface Sweep {
  points: Point[];
  size: number;
  maxDelay: number;
  recommendation: Recommendation | undefined;
}

export interface TunerCalls {
  /** Problems of fields, or a problem of the delay; else the whole sweep, told slice by slice. */
  tune: { request: { texts: Texts; maxDelay: string }; answer: { problems: Texts; problem: string; sweep: Sweep | undefined }; progress: Sweep };
}

const pointNames = ['settings', 'writes', 'notifies', 'saved', 'p50', 'p99', 'age', 'coalesced', 'dropped', 'busy', 'today', 'meets', 'frontier'] as const;
const sweepNames = ['done', 'size', 'max_delay'] as const;

function pointOf(row: Record<(typeof pointNames)[number], string>): Point {
  const [writes, notifies, saved, p50, p99, age, coalesced, dropped, busy] = [row.writes, row.notifies, row.saved, row.p50, row.p99, row.age, row.coalesced, row.dropped, row.busy].map(Number) as [number, number, number, number, number, number, number, number, number];
  return {
    settings: row.settings.split(',').map((one) => one.split('=') as [string, string]),
    writes, notifies, saved, p50, p99, age, coalesced, dropped, busy, isToday: row.today === '1', meets: row.meets === '1', isOnFrontier: row.frontier === '1',
  };
}

function sweepOf(core: Core, size: number, maxDelay: number): Sweep {
  const points = rowsOf(core.text('mb_tune_points', 0), pointNames).map(pointOf);
  const text = core.text('mb_tune_recommendation');
  if (text === '') return { points, size, maxDelay, recommendation: undefined };
  const [point, meets] = text.slice(0, text.indexOf('\n')).split('\t');
  const all = findingsOf(text.slice(text.indexOf('\n') + 1));
  const about = (isToday: boolean) => all.filter(({ what }) => (what === 'today') === isToday);
  return { points, size, maxDelay, recommendation: { point: Number(point), meets: meets === '1', findings: about(false), today: about(true) } };
}

export const tunerHandlers: Handlers<TunerCalls> = {
  tune: async (core, { texts, maxDelay }, job) => {
    const problems = readScenario(core, 0, texts);
    if (problems.length > 0) return { problems, problem: '', sweep: undefined };
    core.giveText(maxDelay);
    const problem = core.text('mb_tune_create');
    if (problem !== '') return { problems, problem, sweep: undefined };
    for (let reported = performance.now(); ; ) {
      const { done, size, max_delay: delay } = core.row('sweep', sweepNames, core.reals('mb_tune_step'))!;
      if (done >= size) return { problems, problem, sweep: sweepOf(core, size, delay) };
      if (performance.now() - reported < kSlice) continue;
      job.progress(sweepOf(core, size, delay));
      await job.breathe();
      if (job.isCancelled) return { problems, problem, sweep: undefined };
      reported = performance.now();
    }
  },
};
