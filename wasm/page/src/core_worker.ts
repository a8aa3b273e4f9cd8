// SPDX-License-Identifier: Apache-2.0
import { compiledModule, startWorker } from './assets';
import type { Answer, CallName, FromWorker, Progress, Request } from './calls';

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
      worker.postMessage({ id, name, request });
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
