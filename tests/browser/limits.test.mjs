// SPDX-License-Identifier: Apache-2.0
/** Limits of time, size and amount. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { assertQuiet, drop, open, paste, site, start } from './browser.mjs';

const processors = cpus().length;
let ground;
before(async () => (ground = await start()));
after(() => ground.end());

/** The allowed size of the module and the scripts of the page, in bytes. */
const mostGzipped = 200_000;

test(`module and scripts are under ${mostGzipped / 1000} kB gzipped`, () => {
  const files = readdirSync(site).filter((name) => /\.(wasm|js)$/.test(name));
  const sizes = Object.fromEntries(files.map((name) => [name, gzipSync(readFileSync(join(site, name)), { level: 9 }).length]));
  const all = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log('gzipped:', JSON.stringify(sizes), 'in all', all);
  assert.ok(files.length === 4);
  assert.ok(all < mostGzipped, `${all} bytes`);
});

test('1 MB is looked at within 50 ms of its paste', async () => {
  const opened = await open(ground);
  const { page } = opened;
  // As people paste it: many payloads in a log, and one long run of ids.
  const line = `2026-01-02 03:04:05.678 UTC [9] coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(20)}'\n`;
  const uuid = (at) => createHash('sha256').update(String(at)).digest().subarray(0, 16).toString('base64').slice(0, 22);
  const ids = Array.from({ length: 45_454 }, (_, at) => uuid(at)).join('');
  for (const [what, text] of [['log', line.repeat(Math.ceil(1e6 / line.length))], ['one payload', ids]]) {
    assert.ok(text.length >= 999_900);
    const times = [];
    // Best of up to 40, because a machine that is busy with other things interrupts most; and where more is to be run than
    // there are processors, as much longer.
    const crowd = Math.max(1, loadavg()[0] / processors);
    const limit = 50 * crowd;
    for (let round = 0; round < 40 && !times.some((time) => time < 50); ++round) {
      await page.evaluate(() => performance.clearMeasures());
      await paste(page, text);
      await page.waitForFunction(() => performance.getEntriesByName('metabatch:first-result').length > 0);
      times.push(await page.evaluate(() => performance.getEntriesByName('metabatch:first-result').at(-1).duration));
    }
    console.log(`1 MB, ${what}: best ${Math.min(...times).toFixed(1)} ms of ${times.length}, first ${times[0].toFixed(1)} ms, allowed ${limit.toFixed(0)} ms`);
    assert.ok(Math.min(...times) < limit, times.join(' '));
  }
  assertQuiet(opened);
});

/** Does it, and returns the longest time for which the page could not draw meanwhile, in milliseconds. */
async function longestPause(page, act) {
  await page.evaluate(() => {
    window.pause = 0;
    let last = performance.now();
    const frame = (now) => {
      window.pause = Math.max(window.pause, now - last);
      last = now;
      window.watching = requestAnimationFrame(frame);
    };
    window.watching = requestAnimationFrame(frame);
  });
  await act();
  return page.evaluate(() => (cancelAnimationFrame(window.watching), window.pause));
}

test('a file of 50 MB is read, and the page stays usable', async () => {
  const opened = await open(ground);
  const { page } = opened;
  const chunk = Buffer.from(`NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(45)}';\n`);
  const times = Math.ceil(50e6 / chunk.length);
  const pause = await longestPause(page, () => drop(page, chunk, { times }));
  console.log(`50 MB: the page could not draw for ${pause.toFixed(0)} ms at most`);
  assert.ok(pause < 2000, `${pause} ms`);
  assert.match(await page.textContent('.bytes-panel .panel-head'), new RegExp((chunk.length * times).toLocaleString('en-US')));
  assert.equal(await page.textContent('.verdict .note'), ''); // all of it was read
  assert.equal(Number((await page.textContent('#found-ids .count')).replace(/\D/g, '')), 45 * times);
  await page.focus('.ids');
  await page.keyboard.press('End');
  await page.waitForSelector('.ids .row.active');
  await page.focus('.bytes');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('#details').textContent !== '');
  await paste(page, 'my8fHntUTBGKbhwtPk9aaw');
  await page.waitForFunction(() => document.querySelector('#verdict').textContent.startsWith('A chunk: 1 id'));
  assertQuiet(opened);
});

test('50 MB of pasted text do not end the tab', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await page.evaluate(() => (window.large = 'a line that means nothing to anybody\n'.repeat(1_350_000)));
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', window.large);
    document.querySelector('#input').focus();
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => /^Nothing here that metabatch knows/.test(document.querySelector('#verdict').textContent), null, { timeout: 60_000 });
  assert.match(await page.textContent('.held'), /49,950,000 bytes are held, too many to edit here/);
  assertQuiet(opened);
});

test('beyond the limit the first part is read, and that is said', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await drop(page, Buffer.from('blanks and words '.repeat(64)), { times: Math.ceil((70 << 20) / 1088) });
  assert.match(await page.textContent('.verdict .note'), /^It has 73,\d{3},\d{3} bytes; only the first 67,108,864 were read/);
  assertQuiet(opened);
});

test('more rows than a browser can stack are all reached', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await drop(page, Buffer.concat([Buffer.alloc(999_984, 7), Buffer.from('0123456789abcdef')]), { times: 30 }); // 45 million pixels of rows
  await page.click('button:text("Hex")');
  const offsets = () => page.$$eval('.bytes .row:not([hidden]) .offset', (all) => all.map((one) => Number(one.textContent)));
  await page.$eval('.bytes', (list) => (list.scrollTop = list.scrollHeight));
  await page.waitForFunction(() => [...document.querySelectorAll('.bytes .row:not([hidden]) .offset')].some((one) => one.textContent === '29999984'));
  await page.hover('.bytes');
  const before = Math.min(...(await offsets()));
  await page.mouse.wheel(0, -24 * 3);
  await page.waitForFunction((old) => Math.min(...[...document.querySelectorAll('.bytes .row:not([hidden]) .offset')].map((one) => Number(one.textContent))) < old, before);
  assert.ok(before - Math.min(...(await offsets())) <= 6 * 16, 'the wheel moves by rows');
  assertQuiet(opened);
});
