// SPDX-License-Identifier: Apache-2.0
/** Bytes that are packed and unpacked as they stream. */

export interface Gathered {
  bytes: Uint8Array<ArrayBuffer>;
  /** There is more than the limit. */
  isCut: boolean;
  /** It ended with an error: this is what came before. */
  isDamaged: boolean;
}

/** Never rejects. */
async function gathered(stream: ReadableStream<Uint8Array>, limit: number): Promise<Gathered> {
  const parts: Uint8Array[] = [];
  let [size, isCut, isDamaged] = [0, false, false];
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done && !isCut; next = await reader.read()) {
      isCut = size + next.value.length > limit;
      const part = isCut ? next.value.subarray(0, limit - size) : next.value;
      parts.push(part);
      size += part.length;
    }
    if (isCut) void reader.cancel();
  } catch {
    isDamaged = true;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, isCut, isDamaged };
}

const through = (bytes: Uint8Array, transform: GenericTransformStream) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array>);

export async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  return (await gathered(through(bytes, new CompressionStream('deflate-raw')), Infinity)).bytes;
}
export function inflated(bytes: Uint8Array, format: CompressionFormat, limit: number): Promise<Gathered> {
  return gathered(through(bytes, new DecompressionStream(format)), limit);
}

/** Do these bytes begin as a gzip file does? */
export function isGzip([first, second, method]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b && method === 8;
}
