// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { addressOf, assertQuiet, onOwnPage, open, singleFile, start } from './browser.mjs';
import { digests, fieldsOfFlags, finished, golden, native, nativeTimeline, reach, reruns, scenarios, stateOf, taken } from './simulation.mjs';

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
});
after(() => ground.end());

const alone = (name, body) => test(name, onOwnPage(() => ground, body));
const compared = `${stateOf([...scenarios.get('headline'), ['scenario', 'headline']])}&b.=&b.batch-size=5000`;
const field = (page, name, slot = '') => page.locator(`.view-simulator [data-field="${name}"] :is(input, select)${slot === 'b' ? '[aria-label]' : ':not([aria-label])'}`);
const figure = (page, key) => page.$$eval(`[data-figure="${key}"] .big`, (all) => all.map((one) => one.textContent));

for (const { name, flags, digest } of golden())
  test(`the digest is the native one: ${name} ${flags}`, async () => {
    await reach(opened.page, 'simulator', stateOf([...scenarios.get(name), ...fieldsOfFlags(flags)]), 180_000); // one has a million agents
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
  assert.match(await addressOf(page), /#simulator\?duration=10m&fleet\.agents=10&fleet\.keys=6&fleet\.every=4s&scenario=docs-example$/);
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
    const csv = async () => (await taken(page, 'CSV'))[0].content.toString();
    assert.equal(await csv(), nativeTimeline(['simulate', name]));
    await reach(page, 'simulator', stateOf([...scenarios.get(name), ['sample-every', '1s']]));
    assert.equal(await csv(), nativeTimeline(['simulate', name, '--sample-every', '1s']));
  }
  assertQuiet(opened);
});

test('the figures and the words are those of the run', async () => {
  const { page } = opened;
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'saturating-fifo'));
  const result = JSON.parse(native(['simulate', 'saturating-fifo', '--json']));
  assert.deepEqual(await figure(page, 'dropped'), [(result.dropped.full + result.dropped.agent_full + result.dropped.closed).toLocaleString('en-US')]);
  assert.deepEqual(await figure(page, 'saved'), ['–'], 'not everything that arrived was written');
  assert.ok(await page.$('.findings-words .warning[data-kind="fifo_drops"]'));
  assert.ok((await page.$$eval('.view-simulator .reading', (all) => all.map((one) => one.textContent))).every((text) => text !== ''), 'every series is known');
});

test('failed flushes have a tile, and legends say the figures of the tiles', async () => {
  const { page } = opened;
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'outage-60s'));
  const result = JSON.parse(native(['simulate', 'outage-60s', '--json']));
  assert.deepEqual(await figure(page, 'failed'), [result.flush_failures.toLocaleString('en-US')]);
  const legend = (title) => page.$$eval('.view-simulator .chart', (all, wanted) => [...all.find((one) => one.textContent.startsWith(wanted)).querySelectorAll('.reading, .when')].map((one) => one.textContent), title);
  const three = (value) => String(Number(value.toPrecision(3)));
  assert.deepEqual(await legend('Writes a second'), [three(result.unbatched.db_writes_per_s), three(result.db_writes_per_s), three(result.notifies_per_s), 'whole run']);
  await page.focus('.view-simulator .plot');
  await page.keyboard.press('ArrowRight');
  assert.match((await legend('Writes a second')).at(-1), /^at \d:\d\d/);
  await page.keyboard.press('Escape');
  assert.equal((await legend('Delay from update')).at(-1), 'whole run');
});

alone('it pauses, keeps still, and comes to the same end', async (opened) => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=1s');
  await page.selectOption('#speed', '10');
  await page.selectOption('.view-simulator .preset select', 'headline');
  await page.waitForFunction(() => /^\d+:\d\d of 10:00/.test(document.querySelector('.clock').textContent) && !document.querySelector('.clock').textContent.startsWith('0:00'));
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

alone('two settings on the same arrivals are each what they are alone', async (opened) => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=1s');
  const wanted = ['', '--batch-size 5000'].map((flags) => golden().find((one) => one.name === 'headline' && one.flags === flags).digest);
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'headline'));
  await reruns(page, () => page.check('#compare'));
  assert.deepEqual(await digests(page), [wanted[0], wanted[0]]);
  const saved = `${(JSON.parse(native(['simulate', 'headline', '--json'])).saved * 100).toFixed(1)} %`;
  assert.deepEqual(await figure(page, 'saved'), [saved, saved]);
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

alone('B is compared with A in per cent', async ({ page }) => {
  await reach(page, 'simulator', compared);
  const [a, b] = await page.$$eval('[data-figure="writes"] .big', (all) => all.map((one) => Number(one.textContent)));
  const said = await page.$$eval('[data-figure="writes"] .difference', (all) => all.map((one) => one.textContent));
  assert.equal(said[0], '');
  const percent = Number(/^−([\d.]+) % against A$/.exec(said[1])[1]);
  assert.ok(Math.abs(percent - (1 - b / a) * 100) < 2, said[1]);
});

alone('the native program runs what is copied and what is saved to the same digest', async ({ page }) => {
  await reach(page, 'simulator', compared);
  await page.evaluate(() => (navigator.clipboard.writeText = (text) => Promise.resolve(void (window.command = text))));
  await page.click('#copy-command');
  await page.waitForFunction(() => window.command !== undefined);
  const lines = (await page.evaluate(() => window.command)).trim().split('\n');
  assert.deepEqual(lines, ['metabatch simulate headline', 'metabatch simulate headline --set batch-size=5000']);
  const digestsOf = lines.map((line) => JSON.parse(native([...line.split(' ').slice(1), '--json'])).digest);
  assert.deepEqual(await digests(page), digestsOf);
  const folder = mkdtempSync(join(tmpdir(), 'metabatch-'));
  try {
    const files = await taken(page, 'Scenario file', 2);
    for (const { name, content } of files) writeFileSync(join(folder, name), content);
    const digestOf = (name) => JSON.parse(native(['simulate', join(folder, name), '--json'])).digest;
    assert.deepEqual(['metabatch-headline-a.toml', 'metabatch-headline-b.toml'].map(digestOf), digestsOf);
    const logs = await taken(page, 'Event log', 2);
    native(['simulate', 'headline', '--log', join(folder, 'native.log')]);
    assert.equal(logs.find(({ name }) => name === 'metabatch-headline-a.log').content.toString(), readFileSync(join(folder, 'native.log'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

alone('a link reproduces the run, and opens elsewhere', async ({ page }) => {
  await reach(page, 'simulator', compared);
  await page.evaluate(() => {
    window.copied = [];
    navigator.clipboard.writeText = (text) => Promise.resolve(void window.copied.push(text));
  });
  await page.click('#copy-link');
  await page.waitForFunction(() => window.copied.length === 1);
  const link = await page.evaluate(() => window.copied[0]);
  assert.equal(link, await addressOf(page));
  const there = await open(ground, { url: singleFile });
  await reach(there.page, 'simulator', link.split('?')[1]);
  assert.deepEqual(await digests(there.page), await digests(page));
  assert.equal(await field(there.page, 'batch-size', 'b').inputValue(), '5000');
  assert.equal(await there.page.inputValue('.view-simulator .preset select'), 'headline', 'it keeps the name of the scenario');
  assertQuiet(there);
  await there.context.close();
});

test('what is wrong is said beside its field, and nothing runs', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=10s');
  const before = await digests(page);
  for (const [name, text, said] of [['fleet.agents', 'many', /byte 0 cannot be read; it is 0 to 1,000,000/], ['fleet.agents', '1000001', /it is 0 to 1,000,000/], ['store.latency.p99', '1ms', /not below store\.latency\.p50/], ['batch-size', '200000', /100,?000/], ['fleet.jitter', '11s', /not longer than the report interval/]]) {
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

test('fields read what the page prints, and say when a unit is missing', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=11s');
  for (const [name, text, read] of [['fleet.agents', '1,200', '1200'], ['fleet.every', '5 s', '5s'], ['duration', '0:20', '0m20s']]) {
    await reruns(page, async () => {
      await field(page, name).fill(text);
      await page.keyboard.press('Tab');
    });
    assert.equal(await field(page, name).inputValue(), read);
  }
  assert.match(await page.textContent('.clock'), /of 0:20$/);
  await field(page, 'fleet.every').fill('5');
  await page.keyboard.press('Tab');
  await page.waitForSelector('#panel-simulator[data-phase="idle"].is-old');
  assert.match(await page.textContent('.view-simulator [data-field="fleet.every"] .problem'), /its unit is missing, as in 5s or 250ms/);
  await reach(page, 'simulator', 'duration=12s');
  assert.equal(await page.$('#panel-simulator.is-old'), null);
});

alone('a press on what lies below a field that turns out wrong is a click', async ({ page }) => {
  await reach(page, 'simulator', 'duration=12s');
  await field(page, 'fleet.agents').fill('many');
  const below = page.locator('.view-simulator .group-store legend');
  await below.evaluate((legend) => legend.addEventListener('click', () => (window.clicked = true)));
  const box = await below.boundingBox();
  await page.mouse.move(box.x + 5, box.y + box.height / 2);
  await page.mouse.down();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300))); // a slow press: the answer of the core is there by now
  await page.mouse.up();
  await page.waitForFunction(() => window.clicked);
  await page.waitForSelector('#panel-simulator[data-phase="idle"]');
  await reach(page, 'simulator', 'duration=13s');
});

test('a tap sets the crosshair, and two fingers zoom', async () => {
  const { page, context } = await open(ground, { hasTouch: true, viewport: { width: 390, height: 844 } });
  await reach(page, 'simulator', stateOf(scenarios.get('outage-60s')));
  const plot = page.locator('.view-simulator .plot').first();
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.touchscreen.tap(box.x + box.width / 2, box.y + 60);
  await page.waitForFunction(() => /^at 2:/.test(document.querySelector('.view-simulator .when').textContent));
  const session = await context.newCDPSession(page);
  const touch = (type, ...xs) => session.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 60, id })) });
  await touch('touchStart', 150);
  await touch('touchStart', 150, 200);
  for (const spread of [20, 40, 60]) await touch('touchMove', 150 - spread, 200 + spread);
  await touch('touchEnd');
  await page.waitForSelector('#whole:not([hidden])');
  assert.equal(await page.textContent('.view-simulator .when').then((text) => /in view|at/.test(text)), true);
  await context.close();
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

test('the last column has no dip of its own', async () => {
  const { page } = opened;
  await reach(page, 'simulator', stateOf(scenarios.get('outage-60s')));
  const plot = page.locator('.view-simulator .plot').first();
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  const readings = [];
  for (const left of [5, 12, 20]) {
    await page.mouse.move(box.x + box.width - left, box.y + 50);
    assert.match(await page.locator('.view-simulator .when').first().textContent(), /^at [45]:/);
    readings.push(await page.locator('.view-simulator .reading').first().textContent());
  }
  assert.ok(readings.every((text) => text === '–' || Number(text) > 40), readings.join(' '));
  assert.ok(readings.some((text) => text !== '–'));
});

alone('a table says what the charts show, gaps as gaps', async ({ page }) => {
  await reach(page, 'simulator', stateOf(scenarios.get('outage-60s')));
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

alone('the event log is there to read', async ({ page }) => {
  await reach(page, 'simulator', stateOf(scenarios.get('outage-60s')));
  await page.click('.log-panel summary');
  await page.waitForFunction(() => /\d+ end r=0 offered=\d+/.test(document.querySelector('.log').textContent));
  await page.click('.log-panel summary');
});

alone('the page stays usable while a large run goes on, and another one ends it', async (opened) => {
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
