// SPDX-License-Identifier: Apache-2.0
import type { CoreWorker } from '../core_worker';
import type { Texts } from '../scenario/calls';
import type { State, Threshold } from './calls';

const kSlice = 60; // milliseconds of work between two looks at the page
const kLook = 100; // milliseconds between two slices of a run that keeps to a clock

export type Phase = 'idle' | 'running' | 'paused' | 'finished';

/** Drives the runs slice by slice: it only ever asks for the next one, so pausing is not asking. */
export class Runner {
  phase: Phase = 'idle';
  /** Virtual seconds a second; Infinity: as fast as it goes. */
  speed = Infinity;
  states: State[] = [];
  /** Spent in the core for this run. */
  milliseconds = 0;
  onStates: (states: readonly State[]) => Promise<void> = async () => {};
  onPhase: () => void = () => {};
  private turn = 0;
  private run = 0;

  constructor(private readonly worker: CoreWorker) {}

  /** Problems of A and B, or, when there are none, a new run. */
  async begin(slots: Texts[]): Promise<Texts[]> {
    const turn = ++this.turn;
    ++this.run;
    const problems = await this.worker.call('create', { slots });
    if (turn !== this.turn) return problems;
    if (problems.some((one) => one.length > 0)) {
      this.become('idle');
      return problems;
    }
    this.milliseconds = 0;
    this.states = [];
    void this.go();
    return problems;
  }
  pause(): void {
    if (this.phase !== 'running') return;
    ++this.turn;
    this.become('paused');
  }
  resume(): void {
    if (this.phase === 'paused') void this.go();
  }

  /** Begins or ends a fault in all runs. Undefined: another run has begun. */
  async inject(fault: number, isOn: boolean): Promise<readonly State[] | undefined> {
    const { run } = this;
    const states = await this.worker.call('fault', { fault, isOn });
    if (run !== this.run) return undefined;
    return (this.states = states);
  }

  /** Judges what runs, and what will, by these conditions. */
  async judge(conditions: string[]): Promise<Threshold[]> {
    const { run } = this;
    const { thresholds, states } = await this.worker.call('thresholds', { conditions });
    if (run === this.run && states.length === this.states.length) this.states = states;
    return thresholds;
  }

  private async go(): Promise<void> {
    const turn = ++this.turn;
    this.become('running');
    let [began, from, speed] = [performance.now(), this.states[0]?.now ?? 0, this.speed];
    while (turn === this.turn) {
      if (speed !== this.speed) [began, from, speed] = [performance.now(), this.states[0]?.now ?? 0, this.speed];
      const until = Number.isFinite(speed) ? from + ((performance.now() - began) / 1000) * speed : Infinity;
      const { states, milliseconds } = await this.worker.call('advance', { until, milliseconds: kSlice });
      if (turn !== this.turn) return;
      this.states = states;
      this.milliseconds += milliseconds;
      await this.onStates(states);
      if (turn !== this.turn) return;
      if (states.every(({ isFinished }) => isFinished)) return this.become('finished');
      if (Number.isFinite(speed)) await new Promise((resolve) => setTimeout(resolve, kLook));
    }
  }
  private become(phase: Phase): void {
    this.phase = phase;
    this.onPhase();
  }
}
