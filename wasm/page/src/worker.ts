// SPDX-License-Identifier: Apache-2.0
import type { CallName, Calls, FromWorker, ToWorker } from './calls';
import { inspectorHandlers } from './inspector/calls';
import type { Handlers, Job } from './job';
import { Core } from './module';
import { scenarioHandlers } from './scenario/calls';
import { simulatorHandlers } from './simulator/calls';
import { recordingHandlers } from './simulator/recording_calls';
import { tunerHandlers } from './tuner/calls';

declare const self: DedicatedWorkerGlobalScope;

const handlers: Handlers<Calls> = { ...inspectorHandlers, ...recordingHandlers, ...scenarioHandlers, ...simulatorHandlers, ...tunerHandlers };

let loaded: (core: Promise<Core>) => void;
const loading = new Promise<Core>((resolve) => (loaded = resolve));
const cancelled = new Set<number>();
/** What has arrived of the bytes of requests that come in parts. */
const brought = new Map<number, Uint8Array>();

function bring(id: number, part: Uint8Array, at: number, size: number): void {
  const whole = brought.get(id) ?? new Uint8Array(size);
  brought.set(id, whole);
  whole.set(part, at);
}
function complete(id: number, request: unknown): unknown {
  const bytes = brought.get(id);
  return bytes && brought.delete(id) ? { ...(request as object), bytes } : request;
}

/** The buffers of an answer, however deep, which are transferred instead of copied. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) buffersOf(one, found);
  return [...found];
}
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => self.postMessage(message, transfer);

const channel = new MessageChannel();
const breathing: (() => void)[] = [];
channel.port2.onmessage = () => breathing.shift()?.();
/** A timer is delayed to 4 ms or more. A message to oneself arrives after those that were sent before. */
const breathe = () =>
  new Promise<void>((resolve) => {
    breathing.push(resolve);
    channel.port1.postMessage(0);
  });

async function work(id: number, name: CallName, request: unknown): Promise<void> {
  const job: Job<never> = {
    get isCancelled() {
      return cancelled.has(id);
    },
    progress: (value: unknown) => send({ id, progress: value }, buffersOf(value)),
    breathe,
  };
  try {
    const core = await loading;
    await breathe();
    if (cancelled.has(id)) return;
    const answer = await (handlers[name] as (core: Core, request: unknown, job: unknown) => unknown)(core, request, job);
    send({ id, answer }, buffersOf(answer));
  } catch (error) {
    // After a trap the module's memory is in no known state: the page starts another Worker.
    const lost = error instanceof WebAssembly.RuntimeError || String(error).includes('the core stopped');
    send({ id, error: error instanceof Error ? error.message : String(error), lost });
  } finally {
    cancelled.delete(id);
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('module' in data) loaded(Core.load(data.module));
  else if ('part' in data) bring(data.id, data.part, data.at, data.size);
  else if ('cancel' in data) {
    if (!brought.delete(data.cancel)) cancelled.add(data.cancel);
  } else void work(data.id, data.name, complete(data.id, data.request));
};
