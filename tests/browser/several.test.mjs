// SPDX-License-Identifier: Apache-2.0
// Several inputs at once: tabs, and which agents one names and another does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { assertQuiet, brings, dropFiles, open, paste, start } from './browser.mjs';

const [a, b, c, d] = ['018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b', '4f8e2d3c-1b2a-4d5e-9f60-718293a4b5c6', '9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b', 'a4cc5c4c-1865-4be0-9363-9a175420b919'];
const before_ = `${a}\n${b}\n${c}\n${a}\n`;
const after_ = `${b}\n${d}\n`;
let ground;
before(async () => (ground = await start()));
after(() => ground.end());

const names = (page) => page.$$eval('.input-tabs [role="tab"]', (all) => all.map((one) => one.textContent));
const shown = (page) => page.textContent('.input-tabs [aria-selected="true"]');

test('several dropped files are several inputs, and two are compared', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await dropFiles(page, [['before.txt', before_], ['after.txt', after_]]);
  assert.deepEqual(await names(page), ['before.txt', 'after.txt']);
  assert.equal(await shown(page), 'after.txt');
  assert.equal(await page.inputValue('#input'), after_);
  await page.click('#found-compare');
  const sentence = (text) => page.waitForFunction((wanted) => document.querySelector('.compare-view .outcome').textContent === wanted, text);
  await sentence('1 agent is missing in before.txt, 2 agents are missing in after.txt; 1 is in both.');
  const rows = () => page.$$eval('.compared .rows .row:not([hidden])', (all) => all.map((row) => [...row.children].slice(1).map((cell) => cell.textContent)));
  await page.waitForFunction(() => document.querySelectorAll('.compared .rows .row:not([hidden])').length === 3);
  assert.deepEqual(await rows(), [[d, 'before.txt'], [a, 'after.txt'], [c, 'after.txt']]);
  await page.evaluate(() => (navigator.clipboard.writeText = (text) => Promise.resolve(void (window.copied = text))));
  await page.click('button:text("Copy those missing in after.txt")');
  await page.waitForFunction((wanted) => window.copied === wanted, `${a}\n${c}\n`);
  await brings(page, () => page.click('.input-tabs [role="tab"]:text("before.txt")'));
  await sentence('2 agents are missing in after.txt, 1 agent is missing in before.txt; 1 is in both.');
  assertQuiet(opened);
  await opened.context.close();
});

test('an input is opened, closed and taken back, by keys too', async () => {
  const { page, context } = await open(ground);
  await paste(page, before_);
  assert.equal(await page.isHidden('#found-compare'), true, 'there is nothing to compare with');
  await brings(page, () => page.click('#new-input'));
  await paste(page, after_);
  assert.deepEqual(await names(page), ['Input 1', 'Input 2']);
  await page.focus('.input-tabs [aria-selected="true"]');
  await brings(page, () => page.keyboard.press('ArrowLeft'));
  assert.equal(await page.inputValue('#input'), before_);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Input 1');
  await brings(page, () => page.click('#close-input'));
  assert.equal(await page.inputValue('#input'), after_);
  assert.equal(await page.isHidden('.input-tabs'), true);
  await brings(page, () => page.click('#undo'));
  assert.deepEqual(await names(page), ['Input 1', 'Input 2']);
  assert.equal(await page.inputValue('#input'), before_);
  await context.close();
});

test('a drop discards nothing, and a reload keeps every input', async () => {
  const { page, context } = await open(ground);
  await paste(page, before_);
  await dropFiles(page, [['photo.png', Buffer.from('89504e470d0a1a0a', 'hex')]]);
  assert.deepEqual(await names(page), ['Input 1', 'photo.png']);
  await page.reload();
  await page.waitForSelector('.input-tabs:not([hidden])');
  assert.deepEqual(await names(page), ['Input 1', 'photo.png']);
  await brings(page, () => page.click('.input-tabs [role="tab"]:text("Input 1")'));
  assert.equal(await page.inputValue('#input'), before_);
  await context.close();
});

test('a gzip file is unpacked, and the page says so', async () => {
  const { page, context } = await open(ground);
  await dropFiles(page, [['ids.gz', gzipSync(before_)]]);
  assert.equal(await page.inputValue('#input'), before_);
  assert.equal(await page.textContent('.verdict .note'), `Unpacked from gzip: ${before_.length} bytes.`);
  await dropFiles(page, [['cut.gz', gzipSync(before_).subarray(0, 40)]]);
  assert.match(await page.textContent('.verdict .note'), /The file is damaged or incomplete/);
  await context.close();
});
