// SPDX-License-Identifier: Apache-2.0
/** Texts of every kind with known ids in them, as the fuzzer of the inspector makes them: the native program and the page find
 *  every id and no other. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { assertQuiet, drop, open, root, start } from '../browser.mjs';
import { inspected } from '../as_native.mjs';

const kTexts = 200;
const program = process.env.METABATCH_TEXTS ?? join(root, 'build/dev/bin/embedded_texts');

/** `[bytes, ids]` each. */
function made() {
  const lines = execFileSync(program, [String(kTexts)], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t')).map(([hex, ids]) => [Buffer.from(hex, 'hex'), ids === '' ? [] : ids.split(' ')]);
}

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground, { viewport: { width: 1280, height: 1200 } }); // a list draws the rows in sight
});
after(() => ground.end());

test(`${kTexts} generated texts: every id is found, and no other`, { timeout: 300_000 }, async () => {
  const { page } = opened;
  const texts = made();
  assert.equal(texts.length, kTexts);
  assert.ok(texts.reduce((sum, [, ids]) => sum + ids.length, 0) > kTexts);
  for (const [at, [bytes, ids]] of texts.entries()) {
    const native = inspected(bytes).findings.flatMap((finding) => finding.ids.map(({ id }) => id));
    assert.deepEqual(native, ids, `text ${at + 1}, the program`);
    await page.evaluate(() => document.querySelector('#close-input:not([hidden])')?.click());
    await drop(page, bytes);
    const shown = await page.evaluate(async () => {
      window.inPage.press('#found-ids');
      await window.inPage.frame();
      return {
        count: document.querySelector('#found-ids .count').textContent.trim(),
        ids: [...document.querySelectorAll('.ids .rows .row:not([hidden])')].map((row) => row.children[1].textContent),
      };
    });
    assert.equal(shown.count, ids.length > 0 ? ids.length.toLocaleString('en-US') : '', `text ${at + 1}, the page`);
    assert.deepEqual(shown.ids, ids.slice(0, shown.ids.length), `text ${at + 1}, the page`);
    assert.ok(shown.ids.length >= Math.min(ids.length, 10));
  }
  assertQuiet(opened);
});
