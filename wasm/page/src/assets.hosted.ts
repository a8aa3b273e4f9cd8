// SPDX-License-Identifier: Apache-2.0
/** The page on a server: parts are files beside it, named by what is in them. */
import { scriptUrl } from './trusted';

declare const WORKER_FILE: string;
declare const WASM_FILE: string;

let module: Promise<WebAssembly.Module> | undefined;

/** Compiled once, shared by all Workers. A failure is not kept: the next call tries again. */
export function compiledModule(): Promise<WebAssembly.Module> {
  module ??= load().catch((error: unknown) => {
    module = undefined;
    throw error;
  });
  return module;
}

// Not compileStreaming: it insists on a content type that plain servers do not always send.
async function load(): Promise<WebAssembly.Module> {
  const response = await fetch(WASM_FILE);
  if (!response.ok) throw new Error(`${WASM_FILE}: ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

export function startWorker(): Worker {
  if (location.protocol === 'file:') throw new Error('a page that is opened as a file may not load its parts; open metabatch.html beside it, the same page as one file');
  return new Worker(scriptUrl(new URL(WORKER_FILE, document.baseURI).href));
}

/** Keeps the page usable without a network from the second visit on. */
export function keepOffline(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(scriptUrl(new URL('sw.js', document.baseURI).href)).catch(() => {
    // Refused in private windows and by some settings; the page works all the same.
  });
}
