// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addressOf, assertQuiet, open, start } from './browser.mjs';
import { finished, native, reach, reruns } from './simulation.mjs';

const small = { 'fleet.agents': '60', duration: '20s', 'max-delay': '2s' };
const state = new URLSearchParams(small).toString();

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
  await reach(opened.page, 'tuner', state);
});
after(() => ground.end());

/** Without the commas between thousands: a field has what was entered. */
const plain = (text) => text.replaceAll(/(\d),(\d)/g, '$1$2');
const chips = (page) => page.$$eval('.chips li', (all) => Object.fromEntries(all.map((one) => one.textContent.replaceAll(',', '').split(' '))));
const value = (page, name) => page.inputValue(`.view-simulator [data-field="${name}"] :is(input, select):not([aria-label])`);
const simulates = (page, act) => reruns(page, act, 'simulator');

test('the recommendation is the native one', async () => {
  const { page } = opened;
  const found = JSON.parse(native(['tune', '--agents', '60', '--for', '20s', '--max-delay', '2s', '--json']));
  const flags = Object.fromEntries([...found.recommended.flags.matchAll(/--(\S+) (\S+)/g)].map(([, name, text]) => [name, text]));
  assert.deepEqual(await chips(page), flags);
  assert.equal((await page.$$('.frontier [data-point]')).length, found.points.filter(({ cost_per_s, delay_s, age_s }) => cost_per_s > 0 && Math.max(delay_s.p99, age_s.p99) > 0).length);
  const said = await page.$$eval('.advice .findings-words li > span:last-child', (all) => all.map((one) => one.textContent));
  for (const { text } of [...found.recommended.reasons, ...found.recommended.warnings]) assert.ok(said.some((one) => one.endsWith(text)), text);
  assertQuiet(opened);
});

test('the table has the frontier by delay, and all settings when asked', async () => {
  const { page } = opened;
  const rows = () => page.$$eval('.points-table tbody tr', (all) => all.length);
  const few = await rows();
  await page.uncheck('#only-frontier');
  const all = await rows();
  assert.ok(few > 2 && all > 2 * few, `${few} of ${all}`);
  assert.match(await page.textContent('.view-tuner .outcome'), new RegExp(`^${all} settings tried`));
  await page.check('#only-frontier');
});

test('a click on a point applies it to the simulator', async () => {
  const { page } = opened;
  const point = page.locator('.frontier .point.frontier').first();
  const words = plain(await point.locator('title').textContent());
  await simulates(page, () => point.click({ force: true }));
  assert.match(await addressOf(page), /#simulator\?/);
  assert.equal(await value(page, 'batch-size'), /batch-size (\d+)/.exec(words)[1]);
  assert.equal(await value(page, 'interval'), /interval (\S+),/.exec(words)[1]);
  assert.equal(await value(page, 'fleet.agents'), small['fleet.agents']);
  assertQuiet(opened);
});

test('Enter in the table applies a point, arrows go through them', async () => {
  const { page } = opened;
  await reach(page, 'tuner', state);
  await page.focus('.points-table .use[tabindex="0"]');
  await page.keyboard.press('ArrowDown');
  const [size, interval] = await page.evaluate(() => [...document.activeElement.closest('tr').children].slice(0, 2).map((cell) => cell.textContent.replaceAll(',', '')));
  assert.equal(await page.locator('.frontier [data-point].on').count(), 1, 'the chart shows which');
  await simulates(page, () => page.keyboard.press('Enter'));
  assert.deepEqual([await value(page, 'batch-size'), await value(page, 'interval')], [size, interval]);
});

test('Enter on a point of the chart applies it, and the baseline stays', async () => {
  const { page } = opened;
  await reach(page, 'tuner', state);
  const today = () => page.locator('.frontier .point.today, .frontier .point.best').first().getAttribute('aria-label');
  const inUse = () => page.locator('.points-table tr.today .use').getAttribute('aria-label');
  const baseline = await inUse();
  await page.focus('.frontier [tabindex="0"]');
  const before = await page.evaluate(() => document.activeElement.dataset.point);
  await page.keyboard.press((await page.evaluate(() => document.activeElement.matches('.point'))) ? 'End' : 'Home');
  assert.notEqual(await page.evaluate(() => document.activeElement.dataset.point), before);
  const words = plain(await page.evaluate(() => document.activeElement.getAttribute('aria-label')));
  await simulates(page, () => page.keyboard.press('Enter'));
  assert.equal(await value(page, 'batch-size'), /batch-size (\d+)/.exec(words)[1]);
  await page.evaluate(() => (location.hash = '#tuner'));
  await page.waitForSelector('#panel-tuner:not([hidden])');
  assert.ok(await today());
  assert.equal(await inUse(), baseline, 'trying a point changes no baseline');
  await page.waitForSelector('#baseline:not([hidden])');
  await reruns(page, () => page.click('#baseline'), 'tuner');
  assert.match(plain(await inUse()), new RegExp(`batch-size ${/batch-size (\d+)/.exec(words)[1]},`));
});

test('the page has one scroll bar', async () => {
  const { page } = opened;
  await page.uncheck('#only-frontier');
  const scrolling = await page.$$eval('.view-tuner *', (all) => all.filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1).map((one) => one.className));
  assert.deepEqual(scrolling, []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0, 'the document does not scroll, its main part does');
  await page.check('#only-frontier');
});

test('what is recommended is compared with what is in use', async () => {
  const { page } = opened;
  await reach(page, 'tuner', state);
  const wanted = await chips(page);
  await simulates(page, () => page.click('#compare-best'));
  assert.equal(await page.isChecked('#compare'), true);
  assert.equal(await page.inputValue('.view-simulator [data-field="batch-size"] input[aria-label]'), wanted['batch-size']);
  await simulates(page, () => page.uncheck('#compare'));
});

test('a delay that is none is refused, and a search can be stopped', async () => {
  const { page } = opened;
  await reach(page, 'tuner', state);
  await page.fill('#max-delay', 'soon');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => /^The delay wanted cannot be "soon"/.test(document.querySelector('#max-delay-problem').textContent));
  assert.equal(await page.getAttribute('#max-delay', 'aria-invalid'), 'true');
  await page.evaluate(() => (location.hash = '#tuner?fleet.agents=20000&duration=10m&max-delay=5s'));
  await page.waitForFunction(() => document.querySelector('#panel-tuner').dataset.phase === 'running');
  await page.click('#search');
  await finished(page, 'tuner');
  assert.match(await page.textContent('.view-tuner .outcome'), /^Stopped/);
  assertQuiet(opened);
});
