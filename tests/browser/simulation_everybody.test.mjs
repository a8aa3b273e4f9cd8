// SPDX-License-Identifier: Apache-2.0
/** Accessibility of the simulator and the tuner: axe's rules, any width, reduced motion, keys alone, forced colours; and what
 *  a screen reader is told of all views. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, open, start } from './browser.mjs';
import { violations } from './chromium.mjs';
import { reach, scenarios, stateOf } from './simulation.mjs';

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
  ['simulator', 'duration=10s&fail-if=dellay.p99>5s', () => {}],
  ['simulator', `${stateOf(scenarios.get('saturating-fifo'))}&b.=&b.queue=coalesce&fail-if=dropped>0&fail-if=delay.p99>5s`, openAll],
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
    for (const [view, state, reachMore] of [['simulator', 'duration=5m&b.=&b.queue=fifo', broken], ...states]) {
      await reach(page, view, state);
      await reachMore(page);
      assert.deepEqual(await violations(page), [], view);
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

/** What can be operated in the view in sight, as `button Pause`. */
const operated = (page) => page.evaluate(() => {
  const all = [...document.querySelectorAll('main :is(button, input, select, textarea, summary, [tabindex="0"])')];
  const mine = all.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0);
  mine.forEach((one, at) => (one.dataset.walk = String(at)));
  return mine.map((one) => `${one.localName} ${one.id || one.getAttribute('aria-label') || one.textContent}`);
});

for (const [view, state] of [['simulator', `${stateOf([['duration', '10s']])}&b.=`], ['tuner', states[2][1]]])
  test(`everything in the ${view} is reached by Tab, and its focus is seen`, async () => {
    const { page, context } = await open(ground);
    await reach(page, view, state);
    await openAll(page);
    const wanted = await operated(page);
    assert.ok(wanted.length > 50, String(wanted.length));
    await page.focus('#theme'); // the last of the frame
    const walked = new Set();
    for (let isInside = true; isInside; ) {
      await page.keyboard.press('Tab');
      const { walk, isSeen, ...place } = await page.evaluate(() => {
        const { outlineStyle } = getComputedStyle(document.activeElement);
        const ring = document.activeElement.querySelector('.reach'); // a point of the tuner has a ring of its own
        return { isInside: document.activeElement.closest('main') !== null, walk: document.activeElement.dataset.walk, isSeen: outlineStyle !== 'none' || (ring && getComputedStyle(ring).stroke !== 'none') };
      });
      isInside = place.isInside;
      assert.ok(isSeen || !isInside, wanted[walk]);
      walked.add(walk);
    }
    assert.deepEqual(wanted.filter((_, at) => !walked.has(String(at))), []);
    await context.close();
  });

test('a screen reader has a name for all that can be operated, and for every region', async () => {
  const { page, context } = await open(ground);
  await page.selectOption('#example', { label: 'A damaged chunk' });
  const session = await context.newCDPSession(page);
  const named = new Set(['button', 'textbox', 'searchbox', 'combobox', 'checkbox', 'spinbutton', 'tab', 'tabpanel', 'grid', 'image', 'img', 'progressbar', 'region', 'dialog', 'group', 'list', 'table']);
  for (const [view, state] of [['inspector'], ['simulator', states[1][1]], ['tuner', states[2][1]]]) {
    if (state) await reach(page, view, state);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const seen = nodes.filter(({ ignored, role }) => !ignored && named.has(role.value));
    const nameless = seen.filter(({ name, role }) => !name?.value && !['list', 'group'].includes(role.value));
    assert.deepEqual(nameless.map(({ role, nodeId }) => `${role.value} ${nodeId}`), [], view);
    assert.ok(seen.length > 15, view);
    for (const role of ['banner', 'main', 'tabpanel', 'heading', 'status']) assert.ok(nodes.some((node) => !node.ignored && node.role.value === role), `${view}: ${role}`);
  }
  await context.close();
});

test('with forced colours what is chosen and pressed is seen', async () => {
  const { page, context } = await open(ground, { forcedColors: 'active' });
  await reach(page, 'simulator', 'duration=5m');
  const grounds = (selector) => page.$$eval(selector, (all) => all.map((one) => getComputedStyle(one).backgroundColor));
  const [chosen] = await grounds('header [role="tab"][aria-selected="true"]');
  assert.ok(!(await grounds('header [role="tab"][aria-selected="false"]')).includes(chosen));
  await broken(page);
  const [pressed] = await grounds('.faults button[aria-pressed="true"]');
  assert.ok(!(await grounds('.faults button[aria-pressed="false"]')).includes(pressed));
  await context.close();
});

test('the lines of a chart differ by more than their colour', async () => {
  const { page } = await open(ground);
  await reach(page, 'simulator', 'duration=10s');
  const charts = await page.$$eval('.view-simulator .chart', (all) => all.map((chart) => [...chart.querySelectorAll('.swatch line')].map((line) => line.getAttribute('stroke-dasharray'))));
  assert.equal(charts.length, 6);
  for (const dashes of charts) assert.equal(new Set(dashes).size, dashes.length);
});
