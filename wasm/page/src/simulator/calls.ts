// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';
import { readScenario, type Texts } from '../scenario/calls';
import { rowsOf } from '../tables';

const kReports = 2_000; // a slice: some milliseconds for any fleet
const kSteps = 250; // parts of a run: A is ahead of B by one part at most

export interface Finding {
  isWarning: boolean;
  kind: string;
  sentence: string;
}
/** The object of the specification, "The result", as the core writes it. */
export interface Outcome {
  offered: number;
  accepted: number;
  coalesced: number;
  stale: number;
  dropped: { full: number; agent_full: number; closed: number };
  written: number;
  unmatched: number;
  discarded: number;
  held: number;
  flushes: { capacity: number; scheduled: number; shutdown: number };
  flush_failures: number;
  seconds: number;
  db_writes_per_s: number;
  notifies_per_s: number;
  unbatched: { db_writes_per_s: number; notifies_per_s: number };
  saved: number;
  delay_s: { p50: number; p90: number; p99: number; max: number };
  age_s: { p50: number; p99: number; max: number };
  digest: string;
}
/** What can be wrong with the database. Its number is its place in the list. */
export interface Fault {
  /** The field of the scenario that has its times. */
  name: string;
  label: string;
  isOn: boolean;
  times: string;
}
/** The health of the last seconds, as every face of metabatch says it; the worst finding first. */
export interface Health {
  state: string;
  headline: string;
  span: string;
  findings: Finding[];
}
/** A condition that a result must not meet, as `--fail-if` takes it; with a problem, which part of it is wrong. */
export interface Threshold {
  given: string;
  /** As the core writes it: `delay.p99 > 5s`. */
  text: string;
  figure: string;
  value: number;
  problem: string;
  at: number;
  size: number;
}
export interface State {
  now: number;
  isFinished: boolean;
  events: number;
  offered: number;
  duration: number;
  pace: number;
  outcome: Outcome;
  /** By the rule of health, for the run so far; NaN: not everything that arrived was written. */
  saved: number;
  /** For each threshold by how much it is missed, or nothing. */
  missed: string[];
  findings: Finding[];
  health: Health;
  faults: Fault[];
}
/** A time with a fault. Seconds. */
export interface Span {
  fault: number;
  from: number;
  to: number;
}
/** Series by name, each with how its samples become one value a column. */
export type SeriesAsked = [name: string, how: 'mean' | 'max'][];
export interface ColumnsAsked {
  from: number;
  to: number;
  columns: number;
  series: SeriesAsked;
}

export interface SimulatorCalls {
  /** Problems of A, then of B; without any there are runs from now on. */
  create: { request: { slots: Texts[] }; answer: Texts[] };
  /** Goes on to `until`, for at most so many milliseconds; all runs together. */
  advance: { request: { until: number; milliseconds: number }; answer: { states: State[]; milliseconds: number } };
  columns: { request: { slot: number; asked: ColumnsAsked }; answer: Float64Array };
  /** Begins or ends a fault, in all runs at the same instant. */
  fault: { request: { fault: number; isOn: boolean }; answer: State[] };
  /** The times of faults: those of the scenario, and those injected since. */
  windows: { request: { slot: number }; answer: Span[] };
  series: { request: null; answer: string[] };
  /** Judges all runs by these conditions from now on. */
  thresholds: { request: { conditions: string[] }; answer: { thresholds: Threshold[]; states: State[] } };
  text: { request: { slot: number; what: 'json' | 'csv' | 'log' | 'whole_log' }; answer: string };
}

/** Findings as wasm/abi/findings_text.hpp writes them, each with what it is: a warning, a reason, or about today's settings. */
export function findingsOf(text: string): (Finding & { what: string })[] {
  return rowsOf(text, ['what', 'kind', 'sentence']).map(({ what, kind, sentence }) => ({ what, isWarning: what === 'warning' || what === 'alarm', kind, sentence }));
}

const runNames = ['now', 'finished', 'events', 'offered', 'agents', 'duration', 'pace', 'saved'] as const;
const windowNames = ['fault', 'from', 'to'] as const;
const runOf = (core: Core, slot: number) => core.row('run', runNames, core.reals('mb_run_state', slot))!;

function stateOf(core: Core, slot: number): State {
  const { now, finished, events, offered, duration, pace, saved } = runOf(core, slot);
  return {
    now, isFinished: finished === 1, events, offered, duration, pace, saved,
    outcome: JSON.parse(core.text('mb_run_json', slot)) as Outcome,
    missed: core.text('mb_run_missed', slot).split('\n').slice(0, -1),
    findings: findingsOf(core.text('mb_run_findings', slot)),
    health: healthOf(core.text('mb_run_health', slot)),
    faults: rowsOf(core.text('mb_run_faults', slot), ['name', 'label', 'on', 'times']).map(({ on, ...fault }) => ({ ...fault, isOn: on !== '' })),
  };
}
function healthOf(text: string): Health {
  const [headline, span, ...findings] = findingsOf(text);
  return { state: headline!.kind, headline: headline!.sentence, span: span!.sentence, findings };
}

const utf8 = new TextEncoder();
/** The core counts bytes, the page characters. */
function thresholdsOf(conditions: string[], text: string): Threshold[] {
  return rowsOf(text, ['text', 'figure', 'value', 'problem', 'at', 'size']).map(({ value, at, size, ...row }, index) => {
    const given = conditions[index]!;
    const characters = (from: number, to: number) => new TextDecoder().decode(utf8.encode(given).subarray(from, to)).length;
    return { ...row, given, value: Number(value), at: characters(0, Number(at)), size: characters(Number(at), Number(at) + Number(size)) };
  });
}

/** The run that is ahead says when: the others have not reached that instant. */
function setFault(core: Core, fault: number, isOn: boolean): void {
  let at = 0;
  const nowOf = (slot: number) => runOf(core, slot).now;
  for (const slot of [...running].sort((a, b) => nowOf(b) - nowOf(a))) at = core.reals('mb_run_set_fault', slot, fault, Number(isOn), at)[0] ?? at;
}

let running: number[] = [];
let target = 0;

function advance(core: Core, until: number, milliseconds: number): number {
  const began = performance.now();
  const spent = () => performance.now() - began;
  const duration = running.length > 0 ? runOf(core, running[0]!).duration : 0;
  const isDone = () => running.every((slot) => runOf(core, slot).finished === 1);
  while (!isDone() && spent() < milliseconds) {
    const next = Math.min(until, target >= duration ? Infinity : target + duration / kSteps);
    let isThere = true;
    for (const slot of running) while (isThere && core.call('mb_run_advance', slot, next, kReports) === 0) isThere = spent() < milliseconds;
    if (!isThere) break;
    target = Math.min(next, duration);
    if (next >= until) break;
  }
  return spent();
}

export const simulatorHandlers: Handlers<SimulatorCalls> = {
  create: (core, { slots }) => {
    for (const slot of running) core.call('mb_run_end', slot);
    running = [];
    target = 0;
    const problems = slots.map((texts, slot) => readScenario(core, slot, texts));
    if (problems.every((one) => one.length === 0)) running = slots.map((_, slot) => slot).filter((slot) => core.call('mb_run_create', slot) === 1);
    return problems;
  },
  advance: (core, { until, milliseconds }) => {
    const took = advance(core, until, milliseconds);
    return { states: running.map((slot) => stateOf(core, slot)), milliseconds: took };
  },
  fault: (core, { fault, isOn }) => {
    setFault(core, fault, isOn);
    return running.map((slot) => stateOf(core, slot));
  },
  thresholds: (core, { conditions }) => {
    core.giveText(conditions.map((one) => `${one}\n`).join(''));
    return { thresholds: thresholdsOf(conditions, core.text('mb_thresholds')), states: running.map((slot) => stateOf(core, slot)) };
  },
  columns: (core, { slot, asked }) => {
    core.giveText(asked.series.map(([name, how]) => `${name}\t${how}\n`).join(''));
    return core.reals('mb_run_columns', slot, asked.from, asked.to, asked.columns);
  },
  windows: (core, { slot }) => {
    const columns = core.columns('window', windowNames);
    const numbers = core.reals('mb_run_windows', slot);
    return Array.from({ length: numbers.length / columns.width }, (_, row) => core.row('window', windowNames, numbers.subarray(row * columns.width))!);
  },
  series: (core) => core.text('mb_run_series').split('\n').slice(0, -1),
  text: (core, { slot, what }) => core.text(`mb_run_${what}`, slot),
};
