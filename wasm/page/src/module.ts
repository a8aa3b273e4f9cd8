// SPDX-License-Identifier: Apache-2.0
/** The other side of wasm/abi/abi.hpp: loads the module, writes its input, reads its answers. Runs in a Worker. */

import { columnsOf, layoutOf, rowOf, type Columns, type Layout } from './tables';

type Exported = (...numbers: number[]) => number;

export class Core {
  private layout: Layout | undefined;

  private constructor(
    private readonly exports: Record<string, Exported>,
    private readonly memory: WebAssembly.Memory,
  ) {}

  static async load(module: WebAssembly.Module): Promise<Core> {
    // The functions of a system that the C library imports. There is no system: growth of the
    // memory is noticed when it is read anew, every other call ends the module.
    const imports: Record<string, Record<string, Exported>> = {};
    for (const { module: room, name } of WebAssembly.Module.imports(module)) {
      (imports[room] ??= {})[name] = (code) => {
        if (name === 'emscripten_notify_memory_growth') return 0;
        throw new Error(`the core stopped (${name} ${code ?? ''}): most likely it ran out of memory`);
      };
    }
    const instance = await WebAssembly.instantiate(module, imports);
    const exports = instance.exports as Record<string, unknown>;
    (exports['_initialize'] as Exported)();
    return new Core(exports as Record<string, Exported>, exports['memory'] as WebAssembly.Memory);
  }

  /** Where the columns of a table are; throws when they are not these. */
  columns<N extends string>(table: string, names: readonly N[]): Columns<N> {
    this.layout ??= layoutOf(this.text('mb_layout'));
    return columnsOf(this.layout, table, names);
  }
  /** The one row that a call returns, by names; undefined when it returns none. */
  row<N extends string>(table: string, names: readonly N[], numbers: ArrayLike<number>): Record<N, number> | undefined {
    return rowOf(this.columns(table, names), numbers);
  }

  /** Makes `bytes` the input of the next call. */
  give(bytes: Uint8Array): void {
    const at = this.call('mb_memory', bytes.length);
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes);
  }
  giveText(text: string): void {
    this.give(new TextEncoder().encode(text));
  }

  call(name: string, ...numbers: number[]): number {
    return this.exports[name]!(...numbers) >>> 0;
  }
  text(name: string, ...numbers: number[]): string {
    return new TextDecoder().decode(this.bytes(name, ...numbers));
  }
  /** The same as a copy of its bytes: decoding a long text takes time. */
  bytes(name: string, ...numbers: number[]): Uint8Array<ArrayBuffer> {
    const size = this.call(name, ...numbers);
    return new Uint8Array(this.memory.buffer, this.call('mb_text'), size).slice() as Uint8Array<ArrayBuffer>;
  }
  /** A copy: the module's own memory may move with the next call. */
  numbers(name: string, ...numbers: number[]): Uint32Array {
    const count = this.call(name, ...numbers);
    return new Uint32Array(this.memory.buffer, this.call('mb_numbers'), count).slice();
  }
  reals(name: string, ...numbers: number[]): Float64Array<ArrayBuffer> {
    const count = this.call(name, ...numbers);
    return new Float64Array(this.memory.buffer, this.call('mb_reals'), count).slice();
  }
}
