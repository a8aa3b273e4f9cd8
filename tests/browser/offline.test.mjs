// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { assertQuiet, open, paste, site, start } from './browser.mjs';
import { cases } from './cases.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

const isChunk = (page) => page.waitForFunction(() => document.querySelector('#verdict').textContent.startsWith('A chunk: 2 ids'));

test('after one visit the page works without its server', { timeout: 60_000 }, async () => {
  const opened = await open(ground);
  const { page } = opened;
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const worker = registration.active;
    if (worker.state !== 'activated') await new Promise((done) => worker.addEventListener('statechange', () => worker.state === 'activated' && done()));
  });
  await opened.context.setOffline(true);
  ground.server.closeAllConnections();
  await new Promise((closed) => ground.server.close(closed));
  await page.reload();
  await page.waitForSelector('#verdict');
  await paste(page, cases['chunk']);
  await isChunk(page);
  await page.goto(`${ground.address}index.html#inspector`);
  await page.waitForSelector('#verdict');
  assertQuiet(opened);
});

test('the single file works from disk, alone in a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metabatch page '));
  try {
    await copyFile(join(site, 'metabatch.html'), join(folder, 'metabatch.html'));
    const opened = await open(ground, { url: pathToFileURL(join(folder, 'metabatch.html')).href, offline: true });
    await paste(opened.page, cases['chunk']);
    await isChunk(opened.page);
    assertQuiet(opened);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the page of a server that is opened as a file names the one that works', async () => {
  const opened = await open(ground, { url: pathToFileURL(join(site, 'index.html')).href });
  await opened.page.waitForFunction(() => document.body.textContent.includes('open metabatch.html') || document.querySelector('.as-file')?.offsetParent);
  await opened.context.close();
});

test('a link from a file holds no folder of this machine', async () => {
  const { page, context } = await open(ground, { url: pathToFileURL(join(site, 'metabatch.html')).href });
  await paste(page, cases['chunk']);
  await page.click('button:text("Share…")');
  await page.waitForSelector('dialog[open]');
  await page.waitForFunction(() => document.querySelector('#share-link').value !== '');
  assert.match(await page.inputValue('#share-link'), /^metabatch\.html#inspector\?z=/);
  await context.close();
});
