// SPDX-License-Identifier: Apache-2.0
import { compiledModule, startWorker } from './assets';
import type { Answer, CallName, FromWorker, Progress, Request, ToWorker } from './calls';
import { inSlices } from './slices';

const kWhole = 1 << 20; // bytes that are sent at once: a message is copied, and 50 MB take 70 ms
const kPart = 1 << 18;

export interface CallOptions<N extends CallName> {
  signal?: AbortSignal;
  onProgress?: (value: Progress<N>) => void;
}
interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  progress(value: unknown): void;
}

/** A Worker that runs the core. Each view has its own, so that a long run delays no other view. */
export class CoreWorker {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private last = 0;
  private sending: Promise<void> | undefined; // what goes in parts, and all behind it

  /** Rejects with an AbortError when cancelled, and with the Worker's message when it failed. */
  call<N extends CallName>(name: N, request: Request<N>, options: CallOptions<N> = {}): Promise<Answer<N>> {
    const id = ++this.last;
    const { signal, onProgress } = options;
    return new Promise<Answer<N>>((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      const worker = this.started();
      this.pending.set(id, {
        resolve: (answer) => resolve(answer as Answer<N>),
        reject,
        progress: (value) => onProgress?.(value as Progress<N>),
      });
      signal?.addEventListener('abort', () => {
        if (!this.pending.delete(id)) return;
        this.worker?.postMessage({ cancel: id });
        reject(aborted());
      });
      this.send(worker, id, name, request);
    });
  }

  /** Ends a running call, however busy the Worker is; the next call starts a new one. */
  restart(why = 'stopped'): void {
    this.worker?.terminate();
    this.worker = undefined;
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const one of all) one.reject(new Error(why));
  }

  /** Messages arrive in the order of the calls, also behind one that goes in parts. */
  private send(worker: Worker, id: number, name: CallName, request: unknown): void {
    const post = (message: ToWorker, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer);
    const { bytes } = (request ?? {}) as { bytes?: Uint8Array };
    const isLong = bytes !== undefined && bytes.length > kWhole;
    if (!isLong && !this.sending) return post({ id, name, request });
    const isWanted = () => this.pending.has(id);
    const sendPart = (at: number, end: number) => {
      const part = bytes!.slice(at, end);
      post({ id, part, at, size: bytes!.length }, [part.buffer]);
    };
    const inTurn = async () => {
      if (!isWanted() || (isLong && !(await inSlices(bytes.length, kPart, sendPart, isWanted)))) return;
      post({ id, name, request: isLong ? { ...(request as object), bytes: undefined } : request });
    };
    const sent = (this.sending ?? Promise.resolve()).then(inTurn).catch((error: Error) => this.hear({ id, error: error.message, lost: false }));
    this.sending = sent;
    void sent.then(() => {
      if (this.sending === sent) this.sending = undefined;
    });
  }

  private started(): Worker {
    if (this.worker) return this.worker;
    const worker = startWorker();
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    worker.onerror = (event) => this.restart(event.message || 'the Worker could not be loaded');
    // Calls may be sent ahead of it: the Worker keeps them waiting.
    compiledModule().then(
      (module) => worker.postMessage({ module }),
      (error: Error) => this.restart(`the core could not be loaded: ${error.message}`),
    );
    return worker;
  }

  private hear(message: FromWorker): void {
    const one = this.pending.get(message.id);
    if ('progress' in message) return one?.progress(message.progress);
    this.pending.delete(message.id);
    if ('answer' in message) return one?.resolve(message.answer);
    one?.reject(new Error(message.error));
    if (message.lost) this.restart(message.error);
  }
}

function aborted(): Error {
  return new DOMException('cancelled', 'AbortError');
}
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
