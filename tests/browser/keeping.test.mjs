// SPDX-License-Identifier: Apache-2.0
// What a person does with an input and its ids: copy, take back, reload, and go to what is wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, brings, drawn, open, paste, start } from './browser.mjs';
import { cases } from './cases.mjs';

const uuid = '9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b';
const list = `${uuid}\n018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b\n`;
let ground;
before(async () => (ground = await start()));
after(() => ground.end());

/** A page that may use the clipboard. */
async function opened(options = {}) {
  const made = await open(ground, { permissions: ['clipboard-read', 'clipboard-write'], ...options });
  return { ...made, clipboard: () => made.page.evaluate(() => navigator.clipboard.readText()) };
}

test('a click on an id copies it and says so where it was clicked', async () => {
  const { page, context, clipboard, ...watched } = await opened();
  await paste(page, list);
  const cell = page.locator('.ids .rows .row:nth-child(1) .uuid');
  await cell.click();
  await page.waitForSelector('.flash');
  assert.equal(await page.textContent('.flash'), 'Copied');
  assert.equal(await clipboard(), uuid);
  const [word, id] = await Promise.all([page.locator('.flash').boundingBox(), cell.boundingBox()]);
  assert.ok(Math.abs(word.y - (id.y + id.height)) < 40, 'the word is beside the id');
  assertQuiet(watched);
  await context.close();
});

test('Ctrl+C on the active row copies its id', async () => {
  const { page, context, clipboard } = await opened();
  await paste(page, list);
  await page.focus('.ids');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+c');
  await page.waitForSelector('.flash');
  assert.equal(await clipboard(), '018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b');
  await context.close();
});

test('selected text survives what redraws a list', async () => {
  const { page, context } = await opened();
  await paste(page, list);
  await page.evaluate(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('.ids .rows .row:nth-child(1) .uuid'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  });
  await page.hover('.bytes [data-span]');
  await page.hover('.ids .rows .row:nth-child(2)');
  await drawn(page);
  assert.equal(await page.evaluate(() => String(getSelection())), uuid);
  await context.close();
});

test('Ctrl+Z brings the input back after Clear and after a paste', async () => {
  const { page, context } = await opened();
  await paste(page, list);
  await brings(page, () => page.click('button:text-is("Clear")'));
  assert.equal(await page.inputValue('#input'), '');
  await brings(page, () => page.keyboard.press('Control+z'));
  assert.equal(await page.inputValue('#input'), list);
  await paste(page, 'something else');
  await brings(page, () => page.click('#undo'));
  assert.equal(await page.inputValue('#input'), list);
  await context.close();
});

test('a reload keeps the input and says so', async () => {
  const { page, context } = await opened();
  await paste(page, list);
  await page.reload();
  await page.waitForFunction((text) => document.querySelector('#input')?.value === text, list);
  assert.match(await page.textContent('.kept'), /before the reload/);
  await brings(page, () => page.click('button:text-is("Clear")'));
  await page.reload();
  await page.waitForSelector('#verdict');
  assert.equal(await page.inputValue('#input'), '');
  await context.close();
});

test('what cannot be read is in sight at once, with its offset in the verdict', async () => {
  const { page, context } = await opened();
  await paste(page, cases['chunk, bad symbol']);
  assert.equal(await page.getAttribute('#found-problems', 'aria-selected'), 'true');
  assert.ok(await page.isVisible('.bytes .on.v-bad'));
  await page.waitForFunction(() => /first byte that does not fit is at offset [0-9,]+/.test(document.querySelector('#verdict').textContent));
  await context.close();
});

test('another reading is taken with one click and taken back with another', async () => {
  const { page, context } = await opened();
  const chunk = 'AY8vHntUfBG//xwtPk9aawmy8fHntUTBGKbhwtPk9aaw';
  await paste(page, chunk.replaceAll('/', '_'));
  await page.waitForSelector('.alternatives li');
  assert.match(await page.textContent('.alternatives li'), /read as URL-safe base64: 2 ids/);
  await brings(page, () => page.click('.alternatives button'));
  assert.equal(await page.inputValue('#input'), chunk);
  assert.equal(await page.getAttribute('.verdict', 'data-verdict'), 'good');
  await brings(page, () => page.click('#undo'));
  assert.equal(await page.inputValue('#input'), chunk.replaceAll('/', '_'));
  await context.close();
});

test('a phone of 360 pixels shows the whole UUID', async () => {
  const { page, context } = await opened({ viewport: { width: 360, height: 740 } });
  await paste(page, list);
  const box = await page.locator('.ids .rows .row:nth-child(1) .uuid').boundingBox();
  const cell = await page.evaluate(() => {
    const one = document.querySelector('.ids .rows .row:nth-child(1) .uuid');
    return { scroll: one.scrollWidth, client: one.clientWidth };
  });
  assert.ok(box.x >= 0 && box.x + box.width <= 360, `from ${box.x} to ${box.x + box.width}`);
  assert.ok(cell.scroll <= cell.client, 'nothing of it is cut off');
  await context.close();
});
