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
