// SPDX-License-Identifier: Apache-2.0
import type { InspectorCalls } from './inspector/calls';
import type { ProgressOf } from './job';
import type { ScenarioCalls } from './scenario/calls';
import type { SimulatorCalls } from './simulator/calls';
import type { RecordingCalls } from './simulator/recording_calls';
import type { TunerCalls } from './tuner/calls';

/** All calls that the page may send to a Worker. Every view adds its own table. */
export interface Calls extends InspectorCalls, RecordingCalls, ScenarioCalls, SimulatorCalls, TunerCalls {}
export type CallName = keyof Calls;
export type Request<N extends CallName> = Calls[N]['request'];
export type Answer<N extends CallName> = Calls[N]['answer'];
export type Progress<N extends CallName> = ProgressOf<Calls[N]>;

export type ToWorker =
  | { module: WebAssembly.Module }
  | { id: number; name: CallName; request: unknown }
  /** A part of the `bytes` of the request of that id, which follows without them. */
  | { id: number; part: Uint8Array; at: number; size: number }
  | { cancel: number };
export type FromWorker =
  | { id: number; answer: unknown }
  | { id: number; progress: unknown }
  | { id: number; error: string; lost: boolean };
