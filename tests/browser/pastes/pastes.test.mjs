// SPDX-License-Identifier: Apache-2.0
/** The files that the core's suite of pastes reads: the page says of each what the native program says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { assertAsNative } from '../as_native.mjs';
import { drop, open, root, start } from '../browser.mjs';

const folder = join(root, 'tests/core/inspect/pastes');
const rowsOf = (name) => readFileSync(join(folder, name), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));
const uuids = { A: '018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b', B: '9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b', C: '4f8e2d3c-1b2a-4d5e-9f60-718293a4b5c6' };
const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory()).flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`)).sort();
const expected = new Map(rowsOf('expected.txt').map(([file, letters]) => [file, letters]));

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
});
after(() => ground.end());

const idsOf = (page) => page.$$eval('.ids .rows .row:not([hidden])', (all) => all.map((row) => row.children[1].textContent));

for (const file of files)
  test(`as the native program: ${file}`, { timeout: 60_000 }, async () => {
    const { page } = opened;
    await page.evaluate(() => document.querySelector('#close-input:not([hidden])')?.click());
    const bytes = readFileSync(join(folder, file));
    const native = await assertAsNative(opened, bytes);
    const letters = expected.get(file);
    if (letters === undefined) return;
    // Both programs unpack gzip; the core's suite, which the letters are of, does not.
    if (file.endsWith('.gz')) assert.match(await page.textContent('.verdict p.note'), /^Unpacked from gzip: 660 bytes\.$/);
    else assert.deepEqual(await idsOf(page), letters === '-' ? [] : [...letters].map((letter) => uuids[letter]));
    assert.equal((await page.textContent('#found-ids .count')).trim(), native.ids > 0 ? String(native.ids) : '');
  });

test('a text that is pasted is read as a file with the same bytes', async () => {
  const { page } = opened;
  for (const file of ['psql/ja.txt', 'around/invisible.txt', 'escapes/mail.eml']) await assertAsNative(opened, readFileSync(join(folder, file), 'utf8'));
  assert.ok((await idsOf(page)).length > 0);
});

for (const [file, , ids] of rowsOf('alternatives.txt'))
  test(`another reading is offered, and one click takes it: ${file}`, async () => {
    const { page } = opened;
    await drop(page, readFileSync(join(folder, file)));
    await page.waitForSelector('.alternatives li');
    const offers = await page.$$eval('.alternatives li', (all) => all.map((one) => one.textContent));
    assert.equal(offers.length, 1);
    await page.click('.alternatives button');
    await page.waitForFunction((count) => document.querySelectorAll('.alternatives li').length === 0 && !document.querySelector('.verdict[aria-busy]') && document.querySelectorAll('.ids .rows .row:not([hidden])').length === count, Number(ids));
  });
