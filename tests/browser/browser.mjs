// SPDX-License-Identifier: Apache-2.0
/** The built page in a browser, and the checks of every test. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { serve } from '../../wasm/page/serve.mjs';
import { launch } from './chromium.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const site = join(root, 'build/wasm/site');
export const singleFile = pathToFileURL(join(site, 'metabatch.html')).href;

if (!existsSync(join(site, 'index.html'))) throw new Error('the page is not built: ./dev test browser builds it, or cmake --build --preset wasm');

/** A browser and a server for one test file; `end` stops both. */
export async function start() {
  const { server, address } = await serve(site);
  const browser = await launch();
  const end = async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { browser, address, server, end };
}

/** A page with a profile of its own. `said` is everything it wrote to the console or threw, `foreign` every request to other hosts. */
export async function open({ browser, address }, { fragment = '', url = address, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.addInitScript(inPage);
  const page = await context.newPage();
  const [said, foreign] = [[], []];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    const own = request.url().startsWith(address) || request.url() === url.split('#')[0] || /^(data|blob):/.test(request.url());
    if (!own) foreign.push(request.url());
  });
  await page.goto(url + fragment);
  await page.waitForSelector('#verdict');
  return { context, page, said, foreign };
}

/** The body of a test that gets a page of its own: what it leaves behind, also when it fails, is in nobody's way. */
export const onOwnPage = (ground, body) => async () => {
  const opened = await open(ground());
  try {
    await body(opened);
  } finally {
    await opened.context.close();
  }
};

/** The address as the page has it now. What Playwright's `page.url()` returns arrives later, by an event. */
export const addressOf = (page) => page.evaluate(() => location.href);

/** Waits until changes are on the screen: lists draw once a frame. */
export function drawn(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
}

/** What runs in the page waits there: a question from outside costs more than most answers. */
function inPage() {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const until = async (isThere) => {
    for (const began = performance.now(); !isThere(); await frame()) if (performance.now() - began > 60_000) throw new Error(`this never came: ${isThere}`);
  };
  window.inPage = {
    frame,
    until,
    /** Does it, and waits until the new input is inspected: the page marks the beginning and is busy until the end. */
    async brings(act) {
      const count = () => performance.getEntriesByName('metabatch:input').length;
      const before = count();
      act();
      await until(() => count() > before && !document.querySelector('.verdict[aria-busy]'));
      await frame();
    },
    /** A click without a pointer, for what is a step on the way of a test and not its matter. */
    press: (selector) => document.querySelector(selector).click(),
  };
}

/** Does it, and waits until the new input is inspected. */
export async function brings(page, act) {
  const count = () => page.evaluate(() => performance.getEntriesByName('metabatch:input').length);
  const before = await count();
  await act();
  await page.waitForFunction((old) => performance.getEntriesByName('metabatch:input').length > old && !document.querySelector('.verdict[aria-busy]'), before);
  await drawn(page);
}

/** Pastes as a person would with nothing selected; the event contains the clipboard's text unchanged. */
export function paste(page, text) {
  return page.evaluate((content) => window.inPage.brings(() => {
    const data = new DataTransfer();
    data.setData('text/plain', content);
    document.activeElement?.blur();
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }), text);
}

/** Drops files onto the page, `[name, bytes]` each, and waits until they have been looked at. Large ones are made in the page:
 *  `times` repeats the bytes. */
export function dropFiles(page, files, times = 1) {
  const contents = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
  return page.evaluate(
    ([all, repeat]) => {
      const data = new DataTransfer();
      for (const [name, base64] of all) {
        const part = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File(Array(repeat).fill(part), name));
      }
      return window.inPage.brings(() => {
        for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      });
    },
    [contents, times],
  );
}
/** Drops one file. */
export function drop(page, bytes, { name = 'dropped.bin', times = 1 } = {}) {
  return dropFiles(page, [[name, bytes]], times);
}

/** Checks that the page logged nothing and sent no request to other hosts. */
export function assertQuiet({ said, foreign }) {
  assert.deepEqual({ said, foreign }, { said: [], foreign: [] });
}

/** Waits until everything that was in progress is shown. */
export function settled(page) {
  return page.waitForFunction(() => performance.getEntriesByName('metabatch:input').length > 0 && !document.querySelector('.verdict[aria-busy]'));
}
