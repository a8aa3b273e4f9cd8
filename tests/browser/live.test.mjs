// SPDX-License-Identifier: Apache-2.0
/** Faults that are injected while a simulation runs, and the health that follows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, open, singleFile, start } from './browser.mjs';
import { digests, finished, native, nativeJudges, reach, scenarios, stateOf } from './simulation.mjs';

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
  await reach(opened.page, 'simulator', 'duration=1s');
});
after(() => ground.end());

const faults = ['database gone', 'database slow', 'one row locked', 'values refused', 'watchers cut off'];
const fault = (page, label) => page.locator('.fault-bar button', { hasText: label });
const isOn = (page, label) => fault(page, label).getAttribute('aria-pressed');
const health = (page, state, slot = 1) => page.waitForSelector(`.health > div:nth-child(${slot})[data-state="${state}"]`);
const phase = (page, wanted) => page.waitForSelector(`#panel-simulator[data-phase="${wanted}"]`);

/** A run that goes on at so many virtual seconds a second. */
async function live(page, state, speed) {
  await page.selectOption('#speed', speed);
  await page.evaluate((query) => {
    document.querySelector('#panel-simulator').dataset.phase = ''; // or the run before would do
    location.hash = `#simulator?${query}`;
  }, state);
  await phase(page, 'running');
  await page.waitForSelector('.fault-bar button:enabled');
}
/** Presses the button of a fault, and waits until it is there, or gone. */
async function toggle(page, label, press = (one) => one.click()) {
  const was = await isOn(page, label);
  await press(fault(page, label));
  await page.waitForFunction(([at, old]) => document.querySelector(`.faults [data-fault="${at}"]`).getAttribute('aria-pressed') !== old, [faults.indexOf(label), was]);
}
async function toEnd(page) {
  await page.selectOption('#speed', 'Infinity');
  await finished(page, 'simulator', 120_000);
}
async function copied(page, button) {
  await page.evaluate(() => {
    window.copied = undefined;
    navigator.clipboard.writeText = (text) => Promise.resolve(void (window.copied = text));
  });
  await page.click(button);
  await page.waitForFunction(() => window.copied !== undefined);
  return page.evaluate(() => window.copied);
}
/** `1m2.5s` */
const secondsOf = (text) => [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit], 0);
const nativeDigest = (line) => JSON.parse(native([...line.replaceAll("'", '').split(' ').slice(1), '--json'])).digest;

test('faults can be injected while a run goes on, and only then', async () => {
  const { page } = opened;
  assert.deepEqual(await page.$$eval('.faults button', (all) => all.map(({ textContent, disabled }) => [textContent, disabled])), faults.map((label) => [label, true]));
  await page.click('#live');
  await page.waitForSelector('.fault-bar button:enabled');
  assert.equal(await page.inputValue('#speed'), '10');
  await finished(page, 'simulator');
  assert.equal(await fault(page, faults[0]).isDisabled(), true);
});

test('health follows the faults, and is good again without them', async () => {
  const { page } = opened;
  await live(page, 'duration=1d', '60');
  await health(page, 'good');
  for (const [label, state, headline] of [
    ['database gone', 'stalled', /^Not writing for /],
    ['one row locked', 'degraded', /^1 entry waits for locked rows$/],
    ['values refused', 'losing', /^Losing: \d+ values refused$/],
    ['watchers cut off', 'degraded', /^Watchers are not notified$/],
  ]) {
    await toggle(page, label);
    await health(page, state);
    await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('.health strong').textContent), headline.source);
    assert.equal(await isOn(page, label), 'true');
    assert.match(await page.textContent('.health .muted'), /^(last 30 s|since the )/);
    if (state !== 'degraded' || label === 'one row locked') assert.equal(await page.textContent('[data-figure="saved"] .big'), '–', label);
    await toggle(page, label);
    await health(page, 'good');
    assert.equal(await isOn(page, label), 'false');
  }
  assertQuiet(opened);
});

test('what was injected is in the form, and a link, a command line and the native program have the same run', async () => {
  const { page } = opened;
  await live(page, 'duration=5m', '10');
  for (const label of faults) await toggle(page, label);
  await page.waitForFunction(() => /^0:(0[3-9]|[1-5])/.test(document.querySelector('.clock').textContent));
  await toggle(page, faults[0]);
  await page.waitForFunction(() => /^[\d.ms]+\+[\d.ms]+$/.test(document.querySelector('.view-simulator [data-field="store.outages"] input').value));
  await toEnd(page);
  const digest = await digests(page);
  const command = (await copied(page, '#copy-command')).trim();
  for (const name of ['outages', 'slow', 'locked', 'refused', 'cut-off']) assert.ok(command.includes(` --set store.${name}=`), command);
  assert.deepEqual(digest, [nativeDigest(command)]);
  const link = await copied(page, '#copy-link');
  const there = await open(ground, { url: singleFile });
  await reach(there.page, 'simulator', link.split('?')[1]);
  assert.deepEqual(await digests(there.page), digest);
  await there.context.close();
  await page.evaluate(() => (document.querySelector('#panel-simulator').dataset.phase = ''));
  await page.click('#pause'); // Run again
  await finished(page, 'simulator');
  assert.deepEqual(await digests(page), digest);
  assertQuiet(opened);
});

test('two runs meet a fault at the same instant', async () => {
  const { page } = opened;
  await live(page, `${stateOf([['duration', '3m']])}&b.=&b.batch-size=5000`, '10');
  await toggle(page, faults[0]);
  await health(page, 'stalled', 1);
  await health(page, 'stalled', 2);
  await page.click('#pause');
  await phase(page, 'paused');
  await toggle(page, faults[0]); // it ends with the next tenth of a second
  await page.selectOption('#speed', 'Infinity');
  await page.click('#pause');
  await finished(page, 'simulator');
  const lines = (await copied(page, '#copy-command')).trim().split('\n');
  assert.equal(lines.length, 2);
  assert.deepEqual(await digests(page), lines.map(nativeDigest));
  assertQuiet(opened);
});

test('a fault is shaded in the charts, and the crosshair names it', async () => {
  const { page, context } = await open(ground);
  await reach(page, 'simulator', 'duration=1m');
  await page.focus('.view-simulator .plot');
  await page.keyboard.press('ArrowRight');
  assert.doesNotMatch(await page.textContent('#voice'), /gone/);
  await live(page, 'duration=2m', '10');
  await toggle(page, faults[0], (one) => one.press('Enter')); // keys are enough
  await health(page, 'stalled');
  await toggle(page, faults[0], (one) => one.press(' '));
  await toEnd(page);
  const inks = (seconds) => page.evaluate((at) => {
    const canvas = document.querySelector('.view-simulator .plot canvas');
    const ratio = devicePixelRatio;
    const x = 46 + (at / 120) * (canvas.width / ratio - 56);
    const { data } = canvas.getContext('2d').getImageData(x * ratio, 140 * ratio, 12, 4);
    return data.filter((_, index) => index % 4 === 3).reduce((sum, alpha) => sum + alpha, 0);
  }, seconds);
  const [begin, length] = (await page.inputValue('.view-simulator [data-field="store.outages"] input')).split('+').map(secondsOf);
  const middle = begin + length / 2;
  assert.ok((await inks(middle)) > (await inks(110)) + 100, 'while it was gone');
  await page.focus('.view-simulator .plot');
  await page.keyboard.press('ArrowLeft');
  const says = [];
  for (let presses = 0; presses < 210 && !says.some((text) => text.includes(', database gone: ')); ++presses) {
    await page.keyboard.press('ArrowLeft');
    says.push(await page.textContent('#voice'));
  }
  assert.ok(says.some((text) => text.includes(', database gone: ')), says.at(-1));
  assert.ok(says.some((text) => !text.includes('gone')));
  await context.close();
});

test('a threshold stands in the tile of its figure, also on the age', async () => {
  const { page } = opened;
  await reach(page, 'simulator', `${stateOf(scenarios.get('outage-60s'))}&fail-if=age.p99>5s&fail-if=dropped>0`);
  const limits = (key) => page.$$eval(`[data-figure="${key}"] .limit`, (all) => all.map((one) => [one.textContent, one.className.trim()]));
  const missed = nativeJudges(['simulate', 'outage-60s', '--fail-if', 'age.p99>5s']);
  assert.match(missed[0], /age\.p99/);
  assert.deepEqual(await limits('age'), [['fails if age.p99 > 5s', 'limit missed']]);
  assert.deepEqual(await limits('dropped'), [['fails if dropped > 0', 'limit']]);
  assert.deepEqual(await limits('delay'), []);
  await reach(page, 'simulator', 'duration=1s');
});
