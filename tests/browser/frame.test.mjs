// SPDX-License-Identifier: Apache-2.0
/** Accessibility: axe's rules, keyboard only, any width, any zoom. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, brings, open, paste, start } from './browser.mjs';
import { cases } from './cases.mjs';
import { violations } from './chromium.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

/** The inspector in each of its states. */
const states = {
  'nothing yet': () => {},
  'a good chunk': (page) => paste(page, cases['chunk']),
  'an odd one': (page) => paste(page, cases['chunk, not canonical']),
  'a bad one, its problems': async (page) => {
    await paste(page, cases['chunk with all problems']);
    await page.click('#found-problems');
  },
  'several, in hex, one picked': async (page) => {
    await paste(page, cases['several']);
    await page.click('#found-ids');
    await page.click('button:text("Hex")');
    await page.click('.ids .rows .row:nth-child(2)');
  },
  'encoding': (page) => page.click('#found-encode'),
  'two inputs, compared': async (page) => {
    await brings(page, () => page.click('#new-input'));
    await paste(page, cases['chunk']);
    await page.click('#found-compare');
    await page.waitForFunction(() => document.querySelector('.compare-view .outcome').textContent !== '');
  },
  'sharing': async (page) => {
    await page.click('button:text("Share…")');
    await page.waitForSelector('dialog[open]');
  },
};

for (const [colorScheme, width] of [['light', 360], ['dark', 700], ['light', 1280], ['dark', 1920]]) {
  test(`axe finds nothing, ${colorScheme}, ${width} pixels`, async () => {
    const opened = await open(ground, { colorScheme, reducedMotion: 'reduce', viewport: { width, height: 900 } });
    for (const [name, reach] of Object.entries(states)) {
      await reach(opened.page);
      assert.deepEqual(await violations(opened.page), [], name);
    }
    assertQuiet(opened);
    await opened.context.close();
  });
}

test('the colours can be chosen, are kept, and follow the system until then', async () => {
  const opened = await open(ground, { colorScheme: 'dark' });
  const { page } = opened;
  const ground_ = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground_();
  await page.selectOption('#theme', 'light');
  const light = await ground_();
  assert.notEqual(light, dark);
  await page.reload();
  await page.waitForSelector('#verdict');
  assert.equal(await ground_(), light);
  await page.selectOption('#theme', 'auto');
  assert.equal(await ground_(), dark);
  assertQuiet(opened);
});

test('everything is reached and done by keys alone', async () => {
  const opened = await open(ground);
  const { page } = opened;
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.textContent);
  await page.keyboard.press('Tab');
  assert.match(await focused(), /skip/);
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'main');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'input');
  const text = cases['chunk with all problems'];
  await brings(page, () => page.keyboard.type(text));
  // Each key brings a result, and each result chooses a tab: the last one has all bytes.
  await page.waitForFunction((bytes) => document.querySelector('.verdict').textContent.includes(`; ${bytes} bytes`), text.length);
  await page.waitForSelector('.problems .rows .row'); // what cannot be read is in sight first
  await page.focus('#found-problems');
  await page.keyboard.press('ArrowLeft');
  await page.waitForSelector('.ids .rows .row');
  await page.focus('#input');
  const walk = [];
  for (let step = 0; step < 22; ++step) {
    await page.keyboard.press('Tab');
    walk.push(await focused());
    assert.ok(await page.evaluate(() => document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'), `focus is seen on ${walk.at(-1)}`);
  }
  const wanted = ['Open files', 'example', 'new-input', 'Clear', 'Share…', 'list bytes', 'found-ids', 'filter', 'which', 'list grid ids'];
  for (const one of wanted) assert.ok(walk.some((seen) => seen.startsWith(one)), `${one} is reached: ${walk.join(', ')}`);
  await page.focus('#found-ids');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'found-problems');
  await page.keyboard.press('Tab');
  await page.keyboard.press('End');
  await page.waitForFunction(() => /^Bytes 88 to 90 \(3\) · rest · bad/.test(document.querySelector('#details').textContent));
  assert.equal(await page.getAttribute('.problems', 'aria-activedescendant').then((id) => page.getAttribute(`#${id}`, 'aria-selected')), 'true');
  await page.focus('.bytes');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => /^Bytes 66 to 87/.test(document.querySelector('#details').textContent));
  await page.focus('button:text("Share…")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'Share…', 'the focus comes back');
  assertQuiet(opened);
});

for (const [name, viewport, deviceScaleFactor] of [['320 px, the narrowest that WCAG asks for', { width: 320, height: 640 }, 1], ['a phone', { width: 390, height: 844 }, 2], ['1280 px at 200 %', { width: 640, height: 450 }, 2], ['1280 px at 400 %', { width: 320, height: 225 }, 4], ['very wide', { width: 2560, height: 1300 }, 1]]) {
  test(`nothing is cut off sideways: ${name}`, async () => {
    const opened = await open(ground, { viewport, deviceScaleFactor });
    const { page, context } = opened;
    for (const reach of Object.values(states).slice(0, -1)) {
      await reach(page);
      const { over, small } = await page.evaluate(() => ({
        over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        // WCAG 2.2, 2.5.8: what is pressed measures 24 px or more.
        small: [...document.querySelectorAll('button, select, input')].filter((one) => one.offsetParent && one.type !== 'checkbox' && !one.matches('.visually-hidden') && Math.min(one.offsetWidth, one.offsetHeight) < 24).map((one) => one.outerHTML),
      }));
      assert.equal(over, 0);
      assert.deepEqual(small, []);
    }
    assertQuiet(opened);
    await context.close();
  });
}

test('with reduced motion nothing moves by itself', async () => {
  const { page } = await open(ground, { reducedMotion: 'reduce' });
  await paste(page, cases['chunk']);
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none').length);
  assert.equal(moving, 0);
});

for (const width of [360, 820, 1240, 1280])
  test(`the foot bar hides nothing, remarks are whole where the page is wide: ${width} pixels`, async () => {
    const { page, context } = await open(ground, { viewport: { width, height: 800 } });
    await paste(page, `${cases['chunk with all problems']}\n${cases['several']}`);
    await page.click('#found-ids');
    for (const height of [420, 640, 704, 800, 1000]) {
      await page.setViewportSize({ width, height });
      await page.click('.ids .rows .row:nth-child(2) .version');
      await page.waitForFunction(() => /^Bytes 22 to 43/.test(document.querySelector('#details').textContent));
      const { over, unreached, cut } = await page.evaluate(async () => {
        const bar = document.querySelector('#details');
        const inSight = [...document.querySelectorAll('.view-inspector :is(button, .row, textarea, select, .sentence)')].filter((one) => one.checkVisibility());
        const under = (one) => {
          const { left, right, top, bottom } = bar.getBoundingClientRect();
          return document.elementsFromPoint((left + right) / 2, (top + bottom) / 2).includes(one) || document.elementsFromPoint(left + 20, top + 3).includes(one);
        };
        const unreached = [];
        for (const one of document.querySelectorAll('.copy-bar button')) {
          one.scrollIntoView({ block: 'nearest' });
          await window.inPage.frame();
          const { left, top, width, height } = one.getBoundingClientRect();
          if (document.elementFromPoint(left + width / 2, top + height / 2) !== one || top + height > innerHeight + 1) unreached.push(one.textContent);
        }
        const cut = [...document.querySelectorAll('.rows .row:not([hidden]) .tags')].filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent);
        return { over: inSight.filter(under).map((one) => one.className || one.textContent), unreached, cut };
      });
      assert.deepEqual({ over, unreached }, { over: [], unreached: [] }, `${height} pixels high`);
      if (width >= 1240) assert.deepEqual(cut, [], `${height} pixels high`);
    }
    await context.close();
  });
