// SPDX-License-Identifier: Apache-2.0
// Times of the page, on a machine that does nothing else: `./dev bench page` [ROUNDS]. Suites
// count, they do not time.
import { createHash } from 'node:crypto';

import { drop, open, paste, start } from './browser.mjs';

const rounds = Number(process.argv[2] ?? 10);
const line = `2026-01-02 03:04:05.678 UTC [9] coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(20)}'\n`;
const id = (at) => createHash('sha256').update(String(at)).digest().subarray(0, 16).toString('base64').slice(0, 22);
const log = (bytes) => line.repeat(Math.ceil(bytes / line.length));
const chunk = (bytes) => Array.from({ length: Math.ceil(bytes / 22) }, (_, at) => id(at)).join('');

/** What was measured of `act`: milliseconds to the first result, and the longest task of the page's own thread. */
async function measured(page, act) {
  await page.evaluate(() => {
    performance.clearMeasures();
    window.longest = 0;
    window.tasks?.disconnect();
    window.tasks = new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest, duration))));
    window.tasks.observe({ type: 'longtask' });
  });
  await act();
  await page.waitForFunction(() => performance.getEntriesByName('metabatch:first-result').length > 0);
  return page.evaluate(() => ({ first: performance.getEntriesByName('metabatch:first-result').at(-1).duration, longest: window.longest }));
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
    for (let round = 0; round < (text.length > 2e7 ? 3 : rounds); ++round) runs.push(await measured(page, () => paste(page, text)));
    report(what, runs, limits);
  }
  await drop(page, Buffer.from(chunk(22_000)), { times: 1000 });
  await page.evaluate(() => (navigator.clipboard.writeText = (text) => Promise.resolve(void (window.copied = text.length))));
  const began = performance.now();
  await page.click('.copy-bar button:text("UUIDs")');
  await page.waitForFunction(() => window.copied > 0);
  console.log(`1,000,000 ids copied in ${(performance.now() - began).toFixed(0)} ms`);
} finally {
  await ground.end();
}
