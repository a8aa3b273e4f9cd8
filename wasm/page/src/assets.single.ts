// SPDX-License-Identifier: Apache-2.0
/** The page as one file, opened from disk: its parts are inside. */
import wasm from 'metabatch.wasm';
import workerText from 'worker.js';

import { scriptUrl } from './trusted';

let module: Promise<WebAssembly.Module> | undefined;

export function compiledModule(): Promise<WebAssembly.Module> {
  module ??= WebAssembly.compile(wasm);
  return module;
}

let url: string | undefined;

export function startWorker(): Worker {
  url ??= URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }));
  return new Worker(scriptUrl(url));
}

export function keepOffline(): void {
  // It is on disk.
}
