// SPDX-License-Identifier: Apache-2.0
/** Nothing that is pasted, dropped or linked to becomes anything but text. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { assertQuiet, brings, drop, open, paste, singleFile, start } from './browser.mjs';
import { hostile } from './cases.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

const state = (bytes) => `#inspector?z=${deflateRawSync(Buffer.from(bytes)).toString('base64url')}`;

/** What could be harmed: a name that hostile text sets, the kinds of elements of the page, and the prototype of all objects. */
const harmOf = (page) => page.evaluate(() => ({
  harmed: window.harmed,
  elements: [...new Set([...document.querySelectorAll('*')].map((one) => one.localName))].sort(),
  prototype: Object.prototype.harmed ?? Object.prototype.keys,
}));
const elements = async (page) => (await harmOf(page)).elements;

async function assertHarmless(opened, before) {
  const { page } = opened;
  assert.deepEqual(await harmOf(page), { harmed: undefined, elements: before, prototype: undefined });
  assertQuiet(opened);
}

for (const [how, url] of [['site', undefined], ['single file', singleFile]]) {
  test(`${how}: hostile text by paste, drop, fragment and filter stays text`, async () => {
    const opened = await open(ground, url ? { url } : {});
    const { page, context } = opened;
    await paste(page, 'NOTIFY pubsub_watchdog; my8fHntUTBGKbhwtPk9aaw pMx!');
    const known = await elements(page);
    for (const text of hostile) {
      await paste(page, text);
      // The whole of it stands in the view of the input, as text (invisible signs as visible ones).
      const shown = await page.$$eval('.bytes .text', (all) => all.map((one) => one.textContent).join(''));
      if (!/[\u0000-\u001f\u202e]/.test(text)) assert.equal(shown, text);
      await page.evaluate(() => ['#found-problems', '#found-ids'].forEach(window.inPage.press));
      await page.fill('#filter', text.replace('\0', ''));
      await page.focus('.bytes');
      for (let step = 0; step < 4; ++step) await page.keyboard.press('ArrowRight');
      await page.fill('#filter', '');
      await assertHarmless(opened, known);
      await drop(page, Buffer.from(text), { name: '"><img src=x onerror=window.harmed=1>.txt' });
      await assertHarmless(opened, known);
      await brings(page, () => page.evaluate((fragment) => (location.hash = fragment), state(text)));
      await assertHarmless(opened, known);
    }
    await context.close();
  });
}

test('a fragment that is no state of ours is said to be so, and runs nothing', async () => {
  const opened = await open(ground);
  const { page } = opened;
  const known = await elements(page);
  const fragments = ['#inspector?z=', '#inspector?z=!!!', '#inspector?z=AAAA', '#inspector?x=1', `#inspector?${hostile[0]}`, '#inspector?z=%3Cscript%3E', `#inspector?${'z='.repeat(1000)}`, state('x').slice(0, -2)];
  for (const fragment of fragments) {
    await brings(page, () => page.evaluate((hash) => (location.hash = hash), fragment));
    assert.match(await page.textContent('.verdict .note'), /^The link cannot be read: /, fragment);
  }
  for (const fragment of [`#${hostile[0]}`, '#nowhere', '#__proto__', '#constructor?z=x', '#']) {
    await page.evaluate((hash) => (location.hash = hash), fragment);
    assert.equal(await page.isVisible('#panel-inspector'), true, fragment);
  }
  await assertHarmless(opened, known);
});

test('a link that would unfold to more than the limit is refused', async () => {
  const opened = await open(ground);
  const bomb = state(Buffer.alloc(65 << 20, 'a'));
  await brings(opened.page, () => opened.page.evaluate((hash) => (location.hash = hash), bomb));
  assert.match(await opened.page.textContent('.verdict .note'), /^The link cannot be read: it holds more than 67,108,864 bytes/);
  assertQuiet(opened);
});

for (const [how, url] of [['site', undefined], ['single file', singleFile]]) {
  test(`${how}: the policy refuses inline script, eval, markup and other origins`, async () => {
    const { page, said, foreign, context } = await open(ground, url ? { url } : {});
    const tried = await page.evaluate(async () => {
      const refused = {};
      const attempt = async (name, act) => {
        try {
          await act();
          refused[name] = false;
        } catch {
          refused[name] = true;
        }
      };
      await attempt('markup', () => (document.body.innerHTML = '<b>x</b>'));
      await attempt('fetch', () => fetch('https://example.org/'));
      await attempt('worker', () => new Worker('data:text/javascript,0'));
      const script = document.createElement('script');
      await attempt('script text', () => (script.text = 'window.harmed = 1'));
      script.append('window.harmed = 1');
      document.body.append(script);
      const handler = document.createElement('p');
      await attempt('handler', () => handler.setAttribute('onclick', 'window.harmed = 1'));
      document.body.append(handler);
      handler.click();
      const image = document.createElement('img');
      image.src = 'https://example.org/x.png';
      document.body.append(image);
      return { refused, harmed: window.harmed };
    });
    assert.equal(tried.harmed, undefined);
    for (const name of ['markup', 'fetch', 'worker', 'script text']) assert.equal(tried.refused[name], true, name);
    assert.ok(said.length > 0, 'the browser says what it refused');
    assert.deepEqual(foreign.filter((address) => !address.startsWith('https://example.org/')), []);
    await context.close();
  });
}
