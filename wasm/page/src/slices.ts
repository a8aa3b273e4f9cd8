// SPDX-License-Identifier: Apache-2.0
/** Long work on the page's own thread, in slices that leave it free in between. */

const kSlice = 10; // milliseconds: a frame has 16
const kMostParts = 20; // in a slice, however fast the machine: so slices can be counted

/** Lets events and frames in. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });
}

/** Calls `work(from, to)` for parts of [0, count) until all is done. False: it was cancelled in between. */
export async function inSlices(count: number, part: number, work: (from: number, to: number) => void, between: (done: number) => boolean = () => true): Promise<boolean> {
  let [began, parts] = [performance.now(), 0];
  for (let from = 0; from < count; from += part) {
    const done = Math.min(count, from + part);
    work(from, done);
    if (performance.now() - began < kSlice && ++parts < kMostParts) continue;
    performance.mark('metabatch:slice');
    await pause();
    if (!between(done)) return false;
    [began, parts] = [performance.now(), 0];
  }
  return true;
}

const kPart = 1 << 16; // characters or bytes

/** A text as UTF-8. Most texts are ASCII, which has as many bytes as characters: encodeInto() writes it in a third of the time of
 *  encode(). */
export function encoded(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(text.length);
  return encoder.encodeInto(text, bytes).read === text.length ? bytes : encoder.encode(text);
}

/** A long text as UTF-8. Undefined: it was cancelled in between. */
export async function encodedInSlices(text: string, isWanted: () => boolean): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  // A pair of surrogates stays together.
  const cut = (at: number) => ((text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at + 1 : at);
  let size = 0;
  const isEncoded = await inSlices(text.length, kPart, (from, to) => (size += parts[parts.push(encoded(text.slice(cut(from), cut(to)))) - 1]!.length), isWanted);
  if (!isEncoded) return undefined;
  const bytes = new Uint8Array(size);
  let at = 0;
  const isWhole = await inSlices(parts.length, 1, (from) => {
    bytes.set(parts[from]!, at);
    at += parts[from]!.length;
  }, isWanted);
  return isWhole ? bytes : undefined;
}
