// SPDX-License-Identifier: Apache-2.0
/** The simulator judged by conditions: in words, in links and files, and as lines of the charts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addressOf, assertQuiet, onOwnPage, start } from './browser.mjs';
import { digests, native, nativeJudges, reach, scenarios, stateOf, taken } from './simulation.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());
const alone = (name, body) => test(name, onOwnPage(() => ground, body));

alone('thresholds are judged as the native program judges them, and travel with links, files and command lines', async (opened) => {
  const { page } = opened;
  const conditions = ['delay.p99 > 5s', 'dropped>0', 'saved<50%'];
  const flags = conditions.flatMap((one) => ['--fail-if', one]);
  await reach(page, 'simulator', `${stateOf([...scenarios.get('outage-60s'), ['scenario', 'outage-60s'], ...conditions.map((one) => ['fail-if', one])])}&b.=&b.interval=1s`);
  const missed = () => page.$$eval('.verdicts .missed', (all) => all.map((one) => one.lastChild.textContent));
  const ofNative = (name, more) => nativeJudges(['simulate', 'outage-60s', ...more, ...flags]).map((line) => `${name} ${line}`);
  assert.deepEqual(await missed(), [...ofNative('A', []), ...ofNative('B', ['--interval', '1s'])]);
  assert.equal((await missed()).length, 2);
  assert.deepEqual(await page.$$eval('.verdicts .kept', (all) => all.map((one) => one.lastChild.textContent)), ['A kept: dropped > 0', 'A kept: saved < 50%', 'B kept: dropped > 0', 'B kept: saved < 50%']);
  assert.match(await page.textContent('#voice'), /1 of 3 thresholds missed/);
  const delay = page.locator('.view-simulator .chart', { hasText: 'Delay from update' }).first().locator('.plot');
  assert.match(await delay.getAttribute('aria-label'), /fails if delay\.p99 > 5s/);
  await page.evaluate(() => (navigator.clipboard.writeText = (text) => Promise.resolve(void (window.command = text))));
  await page.click('#copy-command');
  await page.waitForFunction(() => window.command !== undefined);
  const told = " --fail-if 'delay.p99 > 5s' --fail-if 'dropped>0' --fail-if 'saved<50%'";
  assert.deepEqual((await page.evaluate(() => window.command)).split('\n'), [`metabatch simulate outage-60s${told}`, `metabatch simulate outage-60s --set interval=1s${told}`, '']);
  assert.ok((await taken(page, 'Scenario file', 2))[0].content.toString().includes(`\n#\n# It was judged with${told}\n`));
  const digest = await digests(page);
  await page.fill('#fail-if', 'held==0; dellay.p99>5s');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#fail-if[aria-invalid="true"]');
  const [wrong] = nativeJudges(['simulate', '--fail-if', 'dellay.p99>5s']);
  assert.equal(await page.textContent('#fail-if-problem'), `dellay.p99>5s At character 1: ${wrong.split('--fail-if: ')[1]}.`);
  assert.equal(await page.textContent('#fail-if-problem mark'), 'dellay.p99');
  assert.equal(await page.locator('.verdicts li').count(), 0, 'nothing is judged by half');
  await page.fill('#fail-if', 'held==0');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdicts .missed');
  assert.deepEqual(await digests(page), digest, 'nothing ran anew');
  assert.match(await addressOf(page), /&fail-if=held%3D%3D0$/);
  await page.fill('#fail-if', '');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('.verdicts').children.length === 0);
  assertQuiet(opened);
});

/** The longest share of a row of the chart of the delay that is red. */
const redLine = (page) =>
  page.evaluate(() => {
    const canvas = [...document.querySelectorAll('.view-simulator .chart')].find((one) => one.textContent.startsWith('Delay')).querySelector('canvas');
    const probe = document.querySelector('.thresholds .problem');
    const [red] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
    const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const count = (row) => Array.from({ length: width }, (_, x) => (row * width + x) * 4).filter((at) => data[at] === red && data[at + 3] === 255).length;
    return Math.max(...Array.from({ length: height }, (_, row) => count(row))) / width;
  });

alone('an outage is shaded, and a threshold is a line', async ({ page }) => {
  await reach(page, 'simulator', stateOf([...scenarios.get('outage-60s'), ['fail-if', 'delay.p50>9s']]));
  const longest = await redLine(page);
  assert.ok(longest > 0.4, `dashes over ${longest} of the width`);
  const inks = (seconds) => page.evaluate((at) => {
    const canvas = document.querySelector('.view-simulator .plot canvas');
    const ratio = devicePixelRatio;
    const width = canvas.width / ratio;
    const x = 46 + (at / 300) * (width - 56);
    const { data } = canvas.getContext('2d').getImageData(x * ratio, 12 * ratio, 12, 1);
    return data.filter((_, index) => index % 4 === 3).reduce((sum, alpha) => sum + alpha, 0);
  }, seconds);
  assert.equal((await page.textContent('.clock')).split(' of ')[1], '5:00');
  assert.ok((await inks(150)) > (await inks(60)) + 100, 'the minute without a database');
});

alone('a threshold on the age is a line in the chart of the delay, which says what the age is', async ({ page }) => {
  const flags = ['--fail-if', 'age.p99>5s'];
  await reach(page, 'simulator', stateOf([...scenarios.get('outage-60s'), ['fail-if', 'age.p99>5s']]));
  const longest = await redLine(page);
  assert.ok(longest > 0.4, `dashes over ${longest} of the width`);
  const [missed] = nativeJudges(['simulate', 'outage-60s', ...flags]);
  const label = () => page.locator('.view-simulator .chart', { hasText: 'Delay from update' }).first().locator('.plot').getAttribute('aria-label');
  assert.match(missed, /^missed: age\.p99 > 5s: it is \d/);
  assert.ok((await label()).includes(missed), await label());
  await page.fill('#fail-if', 'age.p99>2m');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdicts .kept');
  assert.match(await label(), /fails if age\.p99 > 2m\./);
});
