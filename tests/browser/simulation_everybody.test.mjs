// SPDX-License-Identifier: Apache-2.0
/** Accessibility of the simulator and the tuner: axe's rules, any width, reduced motion. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { assertQuiet, open, start } from './browser.mjs';
import { reach, scenarios, stateOf } from './simulation.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Two runs that go on, with a fault. */
async function broken(page) {
  await page.selectOption('#speed', '10');
  await page.click('#pause'); // Run again
  await page.waitForSelector('.faults button:enabled');
  await page.click('.faults button');
  await page.waitForSelector('.health [data-state="stalled"]');
  await page.click('#pause');
  await page.waitForSelector('#panel-simulator[data-phase="paused"]');
  await page.selectOption('#speed', 'Infinity');
}
const states = [
  ['simulator', 'duration=10s', () => {}],
  ['simulator', `${stateOf(scenarios.get('saturating-fifo'))}&b.=&b.queue=coalesce`, openAll],
  ['tuner', 'fleet.agents=60&duration=20s&max-delay=2s', openAll],
];

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

function openAll(page) {
  return page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
}

for (const [colorScheme, width] of [['light', 360], ['dark', 700], ['light', 1280], ['dark', 1920]])
  test(`axe finds nothing, ${colorScheme}, ${width} pixels`, async () => {
    const opened = await open(ground, { colorScheme, reducedMotion: 'reduce', viewport: { width, height: 900 } });
    const { page, context } = opened;
    await page.evaluate(axe);
    for (const [view, state, reachMore] of [['simulator', 'duration=5m&b.=&b.queue=fifo', broken], ...states]) {
      await reach(page, view, state);
      await reachMore(page);
      const { violations, passes } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      assert.ok(passes.length > 20);
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`), [], view);
      assert.equal(await page.evaluate(() => document.querySelectorAll('main [style*="animation"]').length), 0);
    }
    assertQuiet(opened);
    await context.close();
  });

for (const [name, viewport] of [['320 px', { width: 320, height: 640 }], ['a phone', { width: 390, height: 844 }], ['1280 px at 200 %', { width: 640, height: 450 }], ['very wide', { width: 2560, height: 1300 }]])
  test(`nothing is cut off sideways, nothing is too small to press: ${name}`, async () => {
    const { page, context } = await open(ground, { viewport });
    for (const [view, state, reachMore] of states) {
      await reach(page, view, state);
      await reachMore(page);
      const { over, small } = await page.evaluate(() => ({
        over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        small: [...document.querySelectorAll('button, select, input')].filter((one) => one.offsetParent && one.type !== 'checkbox' && Math.min(one.offsetWidth, one.offsetHeight) < 24).map((one) => one.outerHTML),
      }));
      assert.deepEqual({ over, small }, { over: 0, small: [] }, view);
    }
    await context.close();
  });

test('the lines of a chart differ by more than their colour', async () => {
  const { page } = await open(ground);
  await reach(page, 'simulator', 'duration=10s');
  const charts = await page.$$eval('.view-simulator .chart', (all) => all.map((chart) => [...chart.querySelectorAll('.swatch line')].map((line) => line.getAttribute('stroke-dasharray'))));
  assert.equal(charts.length, 6);
  for (const dashes of charts) assert.equal(new Set(dashes).size, dashes.length);
});
