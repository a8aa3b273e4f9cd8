// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';
import { readScenario, type Texts } from '../scenario/calls';
import { findingsOf, type Finding } from '../simulator/calls';

const kSlice = 100; // milliseconds of work between two looks at the page

export interface Point {
  settings: Texts;
  writes: number;
  notifies: number;
  saved: number;
  p50: number;
  p99: number;
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
  /** Troubles of fields, or a trouble of the delay; else the whole sweep, told slice by slice. */
  tune: { ask: { texts: Texts; maxDelay: string }; answer: { troubles: Texts; trouble: string; sweep: Sweep | undefined }; progress: Sweep };
}

function pointOf(line: string): Point {
  const [settings, ...numbers] = line.split('\t');
  const [writes, notifies, saved, p50, p99, dropped, busy, isToday, meets, isOnFrontier] = numbers.map(Number) as [number, number, number, number, number, number, number, number, number, number];
  return {
    settings: settings!.split(',').map((one) => one.split('=') as [string, string]),
    writes, notifies, saved, p50, p99, dropped, busy, isToday: isToday === 1, meets: meets === 1, isOnFrontier: isOnFrontier === 1,
  };
}

function sweepOf(core: Core, size: number, maxDelay: number): Sweep {
  const points = core.text('mb_tune_points', 0).split('\n').slice(0, -1).map(pointOf);
  const [head, ...lines] = core.text('mb_tune_recommendation').split('\n').slice(0, -1);
  if (head === undefined) return { points, size, maxDelay, recommendation: undefined };
  const [, point, meets] = head.split('\t');
  const about = (isToday: boolean) => findingsOf(lines.filter((line) => line.startsWith('today\t') === isToday));
  return { points, size, maxDelay, recommendation: { point: Number(point), meets: meets === '1', findings: about(false), today: about(true) } };
}

export const tunerHandlers: Handlers<keyof TunerCalls> = {
  tune: async (core, { texts, maxDelay }, job) => {
    const troubles = readScenario(core, 0, texts);
    if (troubles.length > 0) return { troubles, trouble: '', sweep: undefined };
    core.giveText(maxDelay);
    const trouble = core.text('mb_tune_create');
    if (trouble !== '') return { troubles, trouble, sweep: undefined };
    for (let told = performance.now(); ; ) {
      const [done, size, delay] = core.reals('mb_tune_step') as unknown as [number, number, number];
      if (done >= size) return { troubles, trouble, sweep: sweepOf(core, size, delay) };
      if (performance.now() - told < kSlice) continue;
      job.progress(sweepOf(core, size, delay));
      await job.breathe();
      if (job.isCancelled) return { troubles, trouble, sweep: undefined };
      told = performance.now();
    }
  },
};
