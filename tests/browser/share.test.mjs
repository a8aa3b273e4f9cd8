// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addressOf, assertQuiet, brings, drawn, drop, open, paste, settled, singleFile, start } from './browser.mjs';
import { cases } from './cases.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

async function linkOf(page) {
  await page.click('button:text("Share…")');
  await page.waitForSelector('dialog.share[open]');
  const link = await page.inputValue('#share-link');
  const size = await page.textContent('#share-size');
  return { link, size };
}

/** The bytes as the hex view shows them. */
async function bytesOf(page) {
  await page.click('button:text("Hex")');
  await drawn(page);
  return (await page.$$eval('.bytes .row:not([hidden]) .digits', (all) => all.map((one) => one.textContent).join(''))).replace(/\s/g, '');
}

const inputs = { 'a chunk': cases['chunk'], 'line ends that mix': 'a\r\nb\nc\r9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b', 'signs beyond ASCII': 'ü ↵ 𝄞 \u202e', 'bytes that are no text': Buffer.from('9b2f1f1e7b544c118a6e1c2d3e4f5a6b00ff', 'hex') };

for (const [how, url] of [['site', undefined], ['single file', singleFile]]) {
  for (const [name, input] of Object.entries(inputs)) {
    test(`${how}: a link brings back ${name}, to the byte`, async () => {
      const first = await open(ground, url ? { url } : {});
      await (typeof input === 'string' ? paste(first.page, input) : drop(first.page, input));
      await first.page.waitForFunction(() => document.querySelector('#verdict').textContent.endsWith('.')); // the whole sentence
      const verdict = await first.page.textContent('#verdict');
      const { link, size } = await linkOf(first.page);
      assert.match(size, new RegExp(`^${Buffer.from(input).length} bytes of input, a link of ${link.length} characters\\.`));
      const second = await open(ground, { url: url ? new URL(link, url).href : link }); // from a file: its name, and who gets it has their own
      await settled(second.page);
      await second.page.waitForFunction((wanted) => document.querySelector('#verdict').textContent === wanted, verdict);
      assert.equal(await bytesOf(second.page), Buffer.from(input).toString('hex'));
      assert.equal(await addressOf(second.page), url ? new URL(link, url).href : link, 'the address still is the link');
      await second.page.reload();
      await second.page.waitForFunction((wanted) => document.querySelector('#verdict').textContent === wanted, verdict);
      await (typeof input === 'string' ? brings(second.page, () => second.page.fill('#input', 'something else')) : paste(second.page, 'something else'));
      assert.equal((await addressOf(second.page)).split('#')[1], 'inspector', 'the address no longer claims what was there');
      for (const opened of [first, second]) {
        assertQuiet(opened);
        await opened.context.close();
      }
    });
  }
}

test('nothing of the input is in a request, also when a link is opened', async () => {
  const sent = [];
  ground.server.on('request', (request) => sent.push(`${request.url} ${JSON.stringify(request.headers)}`));
  const first = await open(ground);
  await paste(first.page, cases['chunk']);
  const { link } = await linkOf(first.page);
  const second = await open(ground, { url: link });
  await second.page.waitForFunction(() => document.querySelector('#verdict').textContent.startsWith('A chunk'));
  assert.ok(sent.length > 4);
  const secret = link.split('z=')[1];
  for (const request of sent) assert.ok(!request.includes(secret) && !request.includes('my8fHnt'), request);
});

test('a long link comes with a warning, one that is too long is not made', async () => {
  const { page } = await open(ground);
  const noise = (count) => Array.from({ length: count }, (_, at) => Math.abs(Math.sin(at + 1)).toString(36).slice(2, 13)).join('');
  await paste(page, noise(1000));
  assert.match((await linkOf(page)).size, /Some chat and mail programs cut links over 2,000 characters/);
  await page.keyboard.press('Escape');
  await paste(page, noise(150_000));
  const { link, size } = await linkOf(page);
  assert.equal(link, '');
  assert.match(size, /too many: a link may have 1,000,000 characters/);
  assert.equal(await page.isVisible('#share-link'), false);
});
