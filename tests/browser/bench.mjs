// SPDX-License-Identifier: Apache-2.0
// Times of the page, on a machine that does nothing else: `./dev bench page` [ROUNDS]. Suites
// count, they do not time.
import { createHash } from 'node:crypto';

import { brings, drawn, open, start } from './browser.mjs';

const rounds = Number(process.argv[2] ?? 10);
const line = `2026-01-02 03:04:05.678 UTC [9] coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(20)}'\n`;
const id = (at) => createHash('sha256').update(String(at)).digest().subarray(0, 16).toString('base64').slice(0, 22);
const log = (bytes) => [line, Math.ceil(bytes / line.length)];
const chunk = (bytes) => [Array.from({ length: Math.ceil(bytes / 22) }, (_, at) => id(at)).join(''), 1];

/** Milliseconds to the first result, and the longest task of the page's own thread, of one paste. The text is made and put
 *  on the event before: that is the work of the browser and of this file. */
async function measured(page, [unit, times]) {
  await page.evaluate(([text, count]) => {
    performance.clearMeasures();
    window.data = new DataTransfer();
    window.data.setData('text/plain', text.repeat(count));
  }, [unit, times]);
  await watchTasks(page);
  await brings(page, () =>
    page.evaluate(() => {
      document.activeElement?.blur();
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: window.data, bubbles: true, cancelable: true }));
    }),
  );
  await page.waitForFunction(() => performance.getEntriesByName('metabatch:first-result').length > 0);
  return { first: await page.evaluate(() => performance.getEntriesByName('metabatch:first-result').at(-1).duration), longest: await longestTask(page) };
}

/** Collects the tasks of 50 ms and more from now on. */
function watchTasks(page) {
  return page.evaluate(() => {
    window.tasks?.disconnect();
    window.longest = 0;
    window.tasks = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest, duration))));
    window.tasks.observe({ type: 'longtask' });
  });
}
/** 0: none took 50 ms. The browser tells of tasks a little later. */
async function longestTask(page) {
  await drawn(page);
  await drawn(page);
  return page.evaluate(() => window.longest);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
function report(what, runs, limits) {
  const of = (name) => `${median(runs.map((run) => run[name])).toFixed(0)} (${Math.min(...runs.map((run) => run[name])).toFixed(0)} to ${Math.max(...runs.map((run) => run[name])).toFixed(0)})`;
  console.log(`${what.padEnd(34)} first result ${of('first').padStart(18)} ms${limits.first ? ` of ${limits.first}` : ''}; longest task ${of('longest').padStart(16)} ms of ${limits.longest}`);
}

const ground = await start();
try {
  const { page } = await open(ground);
  for (const [what, text, limits] of [
    ['1 MB of log, pasted', log(1e6), { first: 50, longest: 50 }],
    ['1 MB, one payload, pasted', chunk(1e6), { first: 50, longest: 50 }],
    ['10 MB of log, pasted', log(1e7), { first: 300, longest: 100 }],
    ['50 MB of log, pasted', log(5e7), { longest: 100 }],
  ]) {
    const runs = [];
    for (let round = 0; round < (what.startsWith('50') ? 3 : rounds); ++round) runs.push(await measured(page, text));
    report(what, runs, limits);
  }
  console.log(`read of the 50 MB: ${(await page.textContent('.verdict .note')) || 'all'}`);
  await brings(page, () =>
    page.evaluate(() => {
      const bytes = new Uint8Array(16_000_000);
      for (let at = 0; at < bytes.length; at += 64_000) crypto.getRandomValues(bytes.subarray(at, at + 64_000));
      const id = (_, at) => {
        const one = bytes.subarray(16 * at, 16 * at + 16);
        [one[6], one[8]] = [(one[6] & 15) | 64, (one[8] & 63) | 128]; // version 4
        return btoa(String.fromCharCode(...one)).slice(0, 22);
      };
      const data = new DataTransfer();
      data.items.add(new File(Array.from({ length: 1_000_000 }, id), 'ids.txt'));
      for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }),
  );
  await page.evaluate(() => {
    navigator.clipboard.writeText = (text) => Promise.resolve(void (window.copied = text.length));
    window.said = 0;
    new MutationObserver(() => ++window.said).observe(document.querySelector('.copy-bar .outcome'), { childList: true, characterData: true, subtree: true });
  });
  await watchTasks(page);
  const began = performance.now();
  await page.click('.copy-bar button:text("UUIDs")');
  await page.waitForFunction(() => window.copied > 0);
  const took = performance.now() - began;
  if ((await page.evaluate(() => window.copied)) !== 37_000_000) throw new Error('not all of them were copied');
  console.log(`1,000,000 ids copied in ${took.toFixed(0)} ms, ${await page.evaluate(() => window.said)} times said how far; longest task ${(await longestTask(page)).toFixed(0)} ms of 50`);
} finally {
  await ground.end();
}
