// SPDX-License-Identifier: Apache-2.0
import type { Core } from './module';

/** One row of a table of calls: what the page sends, what the Worker answers, and its progress reports. */
export interface CallShape {
  request: unknown;
  answer: unknown;
  progress?: unknown;
}
/** A table of calls, by their names. Each view has its own; the page joins them in calls.ts. */
export type CallTable = { [name: string]: CallShape };
export type ProgressOf<S extends CallShape> = S extends { progress: infer P } ? P : never;

/** One call that runs in a Worker. */
export interface Job<S extends CallShape> {
  /** True once the page no longer wants the answer. It only changes during `breathe`. */
  readonly isCancelled: boolean;
  progress(value: ProgressOf<S>): void;
  /** Receives messages, a cancellation among them. Between two of these calls nothing else runs in the Worker. */
  breathe(): Promise<void>;
}

/** The functions of a Worker that carry out the calls of the table `T`. */
export type Handlers<T extends { [N in keyof T]: CallShape }> = {
  [N in keyof T]: (core: Core, request: T[N]['request'], job: Job<T[N]>) => T[N]['answer'] | Promise<T[N]['answer']>;
};
