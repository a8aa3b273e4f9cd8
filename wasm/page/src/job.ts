// SPDX-License-Identifier: Apache-2.0
import type { Answer, Ask, CallName, Progress } from './calls';
import type { Core } from './module';

/** One call at work in a Worker. */
export interface Job<N extends CallName> {
  /** True once the page no longer wants the answer; only seen after `breathe`. */
  readonly isCancelled: boolean;
  progress(value: Progress<N>): void;
  /** Lets messages in, a cancellation among them. Between two of these a call has the Worker for itself. */
  breathe(): Promise<void>;
}

export type Handlers<N extends CallName> = { [K in N]: (core: Core, ask: Ask<K>, job: Job<K>) => Answer<K> | Promise<Answer<K>> };
