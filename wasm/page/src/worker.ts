// SPDX-License-Identifier: Apache-2.0
import type { CallName, FromWorker, ToWorker } from './calls';
import { inspectorHandlers } from './inspector/calls';
import type { Handlers, Job } from './job';
import { Core } from './module';
import { scenarioHandlers } from './scenario/calls';
import { simulatorHandlers } from './simulator/calls';
import { recordingHandlers } from './simulator/recording_calls';
import { tunerHandlers } from './tuner/calls';

declare const self: DedicatedWorkerGlobalScope;

const handlers: Handlers<CallName> = { ...inspectorHandlers, ...recordingHandlers, ...scenarioHandlers, ...simulatorHandlers, ...tunerHandlers };

let loaded: (core: Promise<Core>) => void;
const loading = new Promise<Core>((resolve) => (loaded = resolve));
const cancelled = new Set<number>();

/** Answers travel without a copy. */
function buffersOf(answer: unknown): ArrayBuffer[] {
  const values = answer !== null && typeof answer === 'object' ? Object.values(answer) : [];
  return [...new Set(values.filter((value) => ArrayBuffer.isView(value)).map((view) => view.buffer as ArrayBuffer))];
}
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => self.postMessage(message, transfer);

const door = new MessageChannel();
const waiting: (() => void)[] = [];
door.port2.onmessage = () => waiting.shift()?.();
/** A timer would be held back to 4 ms; a message to oneself comes behind those that wait already. */
const breathe = () =>
  new Promise<void>((resolve) => {
    waiting.push(resolve);
    door.port1.postMessage(0);
  });

async function work(id: number, name: CallName, ask: unknown): Promise<void> {
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
    const answer = await (handlers[name] as (core: Core, ask: unknown, job: unknown) => unknown)(core, ask, job);
    send({ id, answer }, buffersOf(answer));
  } catch (error) {
    // After a trap the module's memory is in no known state: the page starts another Worker.
    const lost = error instanceof WebAssembly.RuntimeError || String(error).includes('gave up');
    send({ id, error: error instanceof Error ? error.message : String(error), lost });
  } finally {
    cancelled.delete(id);
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('module' in data) loaded(Core.load(data.module));
  else if ('cancel' in data) cancelled.add(data.cancel);
  else void work(data.id, data.name, data.ask);
};
