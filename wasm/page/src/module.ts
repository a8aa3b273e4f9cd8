// SPDX-License-Identifier: Apache-2.0
/** The other side of wasm/abi.hpp: loads the module, writes its input, reads its answers. Runs in a Worker. */

type Exported = (...numbers: number[]) => number;

export class Core {
  private constructor(
    private readonly exports: Record<string, Exported>,
    private readonly memory: WebAssembly.Memory,
  ) {}

  static async load(module: WebAssembly.Module): Promise<Core> {
    // What the C library might ask of a system. There is none: growing is noticed by asking anew, all else is an end.
    const imports: Record<string, Record<string, Exported>> = {};
    for (const { module: room, name } of WebAssembly.Module.imports(module)) {
      (imports[room] ??= {})[name] = (code) => {
        if (name === 'emscripten_notify_memory_growth') return 0;
        throw new Error(`the core gave up (${name} ${code ?? ''}): most likely it ran out of memory`);
      };
    }
    const instance = await WebAssembly.instantiate(module, imports);
    const exports = instance.exports as Record<string, unknown>;
    (exports['_initialize'] as Exported)();
    return new Core(exports as Record<string, Exported>, exports['memory'] as WebAssembly.Memory);
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
  /** The same as a copy of its bytes, for a text so long that reading it all would take time. */
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
