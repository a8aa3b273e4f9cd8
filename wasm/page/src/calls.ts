// SPDX-License-Identifier: Apache-2.0
import type { InspectorCalls } from './inspector/calls';
import type { ScenarioCalls } from './scenario/calls';
import type { SimulatorCalls } from './simulator/calls';
import type { RecordingCalls } from './simulator/recording_calls';
import type { TunerCalls } from './tuner/calls';

/** What the page may ask of a Worker: `name: { ask, answer, progress }`. Every room adds its own. */
export interface Calls extends InspectorCalls, RecordingCalls, ScenarioCalls, SimulatorCalls, TunerCalls {}
export type CallName = keyof Calls;
export type Ask<N extends CallName> = Calls[N]['ask'];
export type Answer<N extends CallName> = Calls[N]['answer'];
export type Progress<N extends CallName> = Calls[N] extends { progress: infer P } ? P : never;

export type ToWorker =
  | { module: WebAssembly.Module }
  | { id: number; name: CallName; ask: unknown }
  | { cancel: number };
export type FromWorker =
  | { id: number; answer: unknown }
  | { id: number; progress: unknown }
  | { id: number; error: string; lost: boolean };
