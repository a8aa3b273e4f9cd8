// SPDX-License-Identifier: Apache-2.0
/** The native program's results, and the names that the module knows. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './browser.mjs';

const program = process.env.METABATCH_PROGRAM ?? join(root, 'build/dev/bin/metabatch');

export function run(args, input) {
  return execFileSync(program, args, { input, maxBuffer: 1 << 28 });
}
export const inspected = (input) => JSON.parse(run(['inspect', '--json'], input));

/** `{ form: ['chunk', ...], ... }`, from the module itself. */
export function names() {
  const module = new WebAssembly.Module(readFileSync(join(root, 'build/wasm/bin/metabatch.wasm')));
  const imports = {};
  for (const { module: room, name } of WebAssembly.Module.imports(module)) (imports[room] ??= {})[name] = () => 0;
  const { exports } = new WebAssembly.Instance(module, imports);
  exports._initialize();
  const size = exports.mb_names();
  const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.mb_text(), size));
  return Object.fromEntries(text.trim().split('\n').map((line) => line.split('\t')).map(([title, ...rest]) => [title, rest]));
}
