// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, open, singleFile, start } from './browser.mjs';
import { digests, fieldsOfFlags, finished, golden, native, nativeTimeline, reach, reruns, scenarios, stateOf, taken } from './simulation.mjs';

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
});
after(() => ground.end());

const field = (page, name, slot = '') => page.locator(`.view-simulator [data-field="${name}"] :is(input, select)${slot === 'b' ? '[aria-label]' : ':not([aria-label])'}`);
const figure = (page, key) => page.$$eval(`[data-figure="${key}"] .big`, (all) => all.map((one) => one.textContent));

for (const { name, flags, digest } of golden())
  test(`the digest is the native one: ${name} ${flags}`, async () => {
    await reach(opened.page, 'simulator', stateOf([...scenarios.get(name), ...fieldsOfFlags(flags)]));
    assert.deepEqual(await digests(opened.page), [digest]);
    assertQuiet(opened);
  });

test('every scenario is offered, and runs when it is chosen', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=1s');
  const offered = await page.$$eval('.view-simulator .preset option', (all) => all.map(({ value }) => value));
  assert.deepEqual(offered, ['', ...scenarios.keys()]);
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'docs-example'));
  assert.deepEqual(await digests(page), [golden().find(({ name }) => name === 'docs-example').digest]);
  assert.match(page.url(), /#simulator\?duration=10m&fleet\.agents=10&fleet\.keys=6&fleet\.every=4s$/);
});

test('what is taken away is what the native program writes', async () => {
  const { page } = opened;
  for (const name of ['saturating-fifo', 'outage-60s']) {
    await reruns(page, () => page.selectOption('.view-simulator .preset select', name));
    const [json] = await taken(page, 'JSON');
    assert.equal(json.name, `metabatch-${name}.json`);
    assert.deepEqual(JSON.parse(json.content), JSON.parse(native(['simulate', name, '--json'])));
    assert.equal(json.content.toString(), native(['simulate', name, '--json']));
    const [png] = await taken(page, 'PNG');
    assert.equal(png.content.subarray(1, 4).toString(), 'PNG');
    assert.ok(png.content.length > 20_000);
    await reach(page, 'simulator', stateOf([...scenarios.get(name), ['sample-every', '1s']]));
    const [csv] = await taken(page, 'CSV');
    assert.equal(csv.content.toString(), nativeTimeline(['simulate', name, '--sample-every', '1s']));
  }
  assertQuiet(opened);
});

test('the figures and the words are those of the run', async () => {
  const { page } = opened;
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'saturating-fifo'));
  const result = JSON.parse(native(['simulate', 'saturating-fifo', '--json']));
  assert.deepEqual(await figure(page, 'dropped'), [(result.dropped.full + result.dropped.agent_full + result.dropped.closed).toLocaleString('en-US')]);
  assert.deepEqual(await figure(page, 'saved'), [`${(result.saved * 100).toFixed(1)} %`]);
  assert.ok(await page.$('.findings-words .warning[data-kind="fifo_drops"]'));
  assert.ok((await page.$$eval('.view-simulator .reading', (all) => all.map((one) => one.textContent))).every((text) => text !== ''), 'every series is known');
});

test('it pauses, keeps still, and comes to the same end', async () => {
  const { page } = opened;
  await page.selectOption('#speed', '60');
  await page.selectOption('.view-simulator .preset select', 'headline');
  await page.waitForFunction(() => /^0:0[1-9]/.test(document.querySelector('.clock').textContent));
  await page.click('#pause');
  await page.waitForSelector('#panel-simulator[data-phase="paused"]');
  const clock = () => page.textContent('.clock');
  const stopped = await clock();
  assert.notEqual(await digests(page).then(([digest]) => digest), golden().find(({ name, flags }) => name === 'headline' && flags === '').digest);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await clock(), stopped);
  await page.selectOption('#speed', 'Infinity');
  await page.click('#pause');
  await finished(page, 'simulator');
  assert.deepEqual(await digests(page), [golden().find(({ name, flags }) => name === 'headline' && flags === '').digest]);
  assertQuiet(opened);
});

test('two settings on the same arrivals are each what they are alone', async () => {
  const { page } = opened;
  const wanted = ['', '--batch-size 5000'].map((flags) => golden().find((one) => one.name === 'headline' && one.flags === flags).digest);
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'headline'));
  await reruns(page, () => page.check('#compare'));
  assert.deepEqual(await digests(page), [wanted[0], wanted[0]]);
  await reruns(page, async () => {
    await field(page, 'batch-size', 'b').fill('5000');
    await page.keyboard.press('Tab');
  });
  assert.deepEqual(await digests(page), wanted);
  assert.match((await figure(page, 'writes')).join(' '), /^3\.8\d* 0\.4\d*$/);
  assert.equal((await page.$$('.view-simulator .chart')).length, 12);
  const [a, b] = await taken(page, 'JSON', 2);
  assert.deepEqual([a, b].map(({ content }) => JSON.parse(content).digest).sort(), [...wanted].sort());
  assertQuiet(opened);
});

test('a link reproduces the run, and opens elsewhere', async () => {
  const { page } = opened;
  await page.evaluate(() => {
    window.copied = [];
    navigator.clipboard.writeText = (text) => Promise.resolve(void window.copied.push(text));
  });
  await page.click('#copy-link');
  await page.waitForFunction(() => window.copied.length === 1);
  const link = await page.evaluate(() => window.copied[0]);
  assert.equal(link, page.url());
  const there = await open(ground, { url: singleFile });
  await reach(there.page, 'simulator', link.split('?')[1]);
  assert.deepEqual(await digests(there.page), await digests(page));
  assert.equal(await field(there.page, 'batch-size', 'b').inputValue(), '5000');
  assertQuiet(there);
  await there.context.close();
  await reruns(page, () => page.uncheck('#compare'));
});

test('what is wrong is said beside its field, and nothing runs', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=10s');
  const before = await digests(page);
  for (const [name, text, said] of [['fleet.agents', 'many', /byte 0 cannot be read; it is 0 to 1000000/], ['fleet.agents', '1000001', /it is 0 to 1000000/], ['store.latency.p99', '1ms', /not below store\.latency\.p50/], ['batch-size', '200000', /100,?000/], ['fleet.jitter', '11s', /not longer than the report interval/]]) {
    await field(page, name).fill(text);
    await page.keyboard.press('Tab');
    await page.waitForSelector('#panel-simulator[data-phase="idle"]');
    const problem = page.locator(`.view-simulator [data-field="${name}"] .problem`);
    assert.match(await problem.textContent(), said);
    assert.equal(await field(page, name).getAttribute('aria-invalid'), 'true');
    assert.ok((await field(page, name).getAttribute('aria-describedby')).includes(await problem.getAttribute('id')));
    assert.deepEqual(await digests(page), before);
    await reruns(page, async () => {
      await field(page, name).fill('');
      await page.keyboard.press('Tab');
    });
    assert.equal(await problem.textContent(), '');
  }
  await page.evaluate(() => (location.hash = '#simulator?nonsense=1&fleet.agents=%3Cimg%20src%3Dx%20onerror%3Dwindow.harmed%3D1%3E'));
  await page.waitForSelector('#panel-simulator[data-phase="idle"]');
  assert.match(await page.textContent('.view-simulator .form-problem'), /There is no field nonsense/);
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  assertQuiet(opened);
});

test('crosshair and zoom are those of all charts, by key and by pointer', async () => {
  const { page } = opened;
  await reach(page, 'simulator', stateOf(scenarios.get('outage-60s')));
  const hairs = () => page.$$eval('.view-simulator .hair:not([hidden])', (all) => all.map((one) => one.style.transform));
  await page.focus('.view-simulator .plot');
  await page.keyboard.press('ArrowRight');
  const marked = await hairs();
  assert.equal(marked.length, 6);
  await page.keyboard.press('ArrowRight');
  assert.ok((await hairs()).every((one, at) => one !== marked[at]));
  assert.match(await page.textContent('#voice'), /^at 2:\d\d/);
  await page.keyboard.press('+');
  await page.waitForSelector('#whole:not([hidden])');
  await page.keyboard.press('0');
  await page.waitForSelector('#whole', { state: 'hidden' });
  const box = await page.locator('.view-simulator .plot').first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 50, { steps: 3 });
  await page.mouse.up();
  await page.waitForSelector('#whole:not([hidden])');
  await page.click('#whole');
  assertQuiet(opened);
});

test('a table says what the charts show, gaps as gaps', async () => {
  const { page } = opened;
  await page.click('.as-table summary');
  await page.waitForSelector('.table-place tbody tr');
  const rows = await page.$$eval('.table-place tbody tr', (all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  const heads = await page.$$eval('.table-place thead tr:nth-child(2) th', (all) => all.map((cell) => cell.textContent));
  const delay = heads.indexOf('p99, worst');
  const away = rows.filter(([at]) => at > '2:10' && at < '2:50');
  assert.ok(away.length > 3);
  assert.ok(away.every((cells) => cells[delay] === '–'), 'nothing was written while the database was away');
  assert.ok(rows.filter(([at]) => at < '1:50').every((cells) => cells[delay] !== '–'));
  await page.click('.as-table summary');
});

test('the event log is there to read', async () => {
  const { page } = opened;
  await page.click('.log-panel summary');
  await page.waitForFunction(() => /\d+ end r=0 offered=\d+/.test(document.querySelector('.log').textContent));
  await page.click('.log-panel summary');
});

test('the page stays usable while a large run goes on, and another one ends it', async () => {
  const { page } = opened;
  await page.evaluate(() => (location.hash = '#simulator?fleet.agents=100000&duration=1h'));
  await page.waitForFunction(() => document.querySelector('#panel-simulator').dataset.phase === 'running' && Number(document.querySelector('.run-bar progress').value) > 0);
  await reach(page, 'simulator', 'duration=1s');
  assertQuiet(opened);
});

test('updates a second, against the native program', async () => {
  const { page } = opened;
  const began = performance.now();
  native(['simulate', 'headline', '--for', '1h', '--json']);
  const nativeSeconds = (performance.now() - began) / 1000;
  await reach(page, 'simulator', stateOf([...scenarios.get('headline'), ['duration', '1h']]));
  const { updates, milliseconds } = await page.$eval('#panel-simulator', ({ dataset }) => ({ updates: Number(dataset.updates), milliseconds: Number(dataset.milliseconds) }));
  const ratio = nativeSeconds / (milliseconds / 1000);
  console.log(`${(updates / milliseconds / 1000).toFixed(1)} million updates a second in the browser, ${(updates / nativeSeconds / 1e6).toFixed(1)} natively: ratio ${ratio.toFixed(2)}`);
  assert.equal(updates, 3_239_880);
  assert.ok(ratio > 0.1);
});
