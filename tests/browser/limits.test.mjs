// SPDX-License-Identifier: Apache-2.0
/** Limits of time, size and amount. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { assertQuiet, drawn, drop, open, paste, site, start } from './browser.mjs';

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

/** As people paste it: many payloads in a log, and one long run of ids. */
function pasted(bytes) {
  const line = `2026-01-02 03:04:05.678 UTC [9] coder LOG:  statement: NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(20)}'\n`;
  const uuid = (at) => createHash('sha256').update(String(at)).digest().subarray(0, 16).toString('base64').slice(0, 22);
  return { log: line.repeat(Math.ceil(bytes / line.length)), 'one payload': Array.from({ length: Math.ceil(bytes / 22) }, (_, at) => uuid(at)).join('') };
}

/** What the page did meanwhile: messages to its Workers, the largest of them in bytes, elements that were made, slices of long work. Counts do not depend on
 *  how busy the machine is; `./dev bench page` has the times. */
async function worked(page, act) {
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    window.work = { messages: 0, largest: 0, elements: 0 };
    const sizeOf = (value) => (ArrayBuffer.isView(value) ? value.byteLength : Object(value) === value ? Object.values(value).reduce((sum, one) => sum + sizeOf(one), 0) : 0);
    Worker.prototype.postMessage = function (...all) {
      ++window.work.messages;
      window.work.largest = Math.max(window.work.largest, sizeOf(all[0]));
      return postMessage.apply(this, all);
    };
    window.watcher?.disconnect();
    window.watcher = new MutationObserver((changes) => (window.work.elements += changes.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0)));
    window.watcher.observe(document.body, { childList: true, subtree: true });
    performance.clearMarks('metabatch:slice');
  });
  await act();
  await drawn(page);
  return page.evaluate(() => ({ ...window.work, slices: performance.getEntriesByName('metabatch:slice').length }));
}

test('1 MB costs the page no more than 10 kB: a few messages, and the rows in sight', async () => {
  const opened = await open(ground);
  const { page } = opened;
  for (const what of ['log', 'one payload']) {
    await paste(page, pasted(10_000)[what]);
    const small = await worked(page, () => paste(page, pasted(10_000)[what]));
    const large = await worked(page, () => paste(page, pasted(1_000_000)[what]));
    console.log(`${what}: ${JSON.stringify(small)}, with 1 MB ${JSON.stringify(large)}`);
    assert.ok(large.messages <= small.messages + 5, 'messages');
    assert.ok(large.elements <= small.elements + 500, 'elements');
  }
  assertQuiet(opened);
});

test('many ids are copied in slices', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await drop(page, Buffer.from('my8fHntUTBGKbhwtPk9aaw'), { times: 300_000 });
  await page.evaluate(() => (navigator.clipboard.writeText = (text) => Promise.resolve(void (window.copied = text.length))));
  const { slices } = await worked(page, async () => {
    await page.click('#found-ids');
    await page.click('.copy-bar button:text("UUIDs")');
    await page.waitForFunction(() => window.copied !== undefined);
  });
  assert.equal(await page.evaluate(() => window.copied), 37);
  assert.ok(slices >= 30, `${slices} slices`);
  assertQuiet(opened);
});

test('a file of 50 MB is read, and the page stays usable', async () => {
  const opened = await open(ground);
  const { page } = opened;
  const chunk = Buffer.from(`NOTIFY workspace_agent_metadata_batch, '${'my8fHntUTBGKbhwtPk9aaw'.repeat(45)}';\n`);
  const times = Math.ceil(50e6 / chunk.length);
  const { elements, largest, slices } = await worked(page, () => drop(page, chunk, { times }));
  assert.ok(largest <= 1 << 20, `a message of ${largest} bytes`);
  assert.ok(slices >= 9, `${slices} slices`); // it is sent in
  assert.ok(elements < 3_000, `${elements} elements`);
  await page.waitForFunction(() => performance.getEntriesByName('metabatch:slice').length > 20); // its rows are laid out meanwhile
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
  const slices = await page.evaluate(() => {
    const since = performance.getEntriesByName('metabatch:input').at(-1).startTime;
    return performance.getEntriesByName('metabatch:slice').filter(({ startTime }) => startTime < since).length;
  });
  assert.ok(slices > 30, `${slices} slices before it was inspected`);
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
  const offsets = () => page.$$eval('.bytes .row:not([hidden]) .offset', (all) => all.map((one) => Number(one.textContent.replaceAll(',', ''))));
  await page.$eval('.bytes', (list) => (list.scrollTop = list.scrollHeight));
  await page.waitForFunction(() => [...document.querySelectorAll('.bytes .row:not([hidden]) .offset')].some((one) => one.textContent === '29,999,984'));
  await page.hover('.bytes');
  const before = Math.min(...(await offsets()));
  await page.mouse.wheel(0, -24 * 3);
  await page.waitForFunction((old) => Math.min(...[...document.querySelectorAll('.bytes .row:not([hidden]) .offset')].map((one) => Number(one.textContent.replaceAll(',', '')))) < old, before);
  assert.ok(before - Math.min(...(await offsets())) <= 6 * 16, 'the wheel moves by rows');
  assertQuiet(opened);
});
