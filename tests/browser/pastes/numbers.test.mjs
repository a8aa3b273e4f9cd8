// SPDX-License-Identifier: Apache-2.0
/** One way to print numbers: no view shows one of five or more digits without separators, and fields read what is printed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertQuiet, drop, open, paste, start } from '../browser.mjs';
import { native, reach, scenarios, stateOf } from '../simulation.mjs';

let ground;
before(async () => (ground = await start()));
after(() => ground.end());

/** Numbers of five or more digits in the texts, titles and placeholders of the page. Ids, digests, conditions, the input and what is to be
 *  copied are shown as they are. */
const bare = (page) => page.evaluate(() => {
  const kept = 'code, pre, textarea, input, select, .uuid, .bytes .text, .bytes .digits, .chunks, .probe, .limit, .verdicts';
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, '');
    if (!node.parentElement.closest(kept) && /\d{5}/.test(words)) found.push(words);
  }
  for (const one of document.querySelectorAll('main [title], main [aria-label]')) {
    const words = `${one.title} ${one.getAttribute('aria-label') ?? ''}`;
    if (/\d{5}/.test(words)) found.push(words);
  }
  for (const { placeholder } of document.querySelectorAll('main input')) if (/\d{5}/.test(placeholder)) found.push(placeholder);
  return found;
});

const id = 'my8fHntUTBGKbhwtPk9aaw';

test('in the inspector', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await drop(page, Buffer.from(id), { times: 60_000 });
  await page.focus('.ids');
  await page.keyboard.press('End');
  await page.waitForFunction(() => /^Bytes 1,319,978 to/.test(document.querySelector('#details').textContent));
  await page.waitForFunction(() => document.querySelector('#verdict').textContent.startsWith('A chunk: 60,000 ids, 59,999 of them named before; 1,320,000 bytes'));
  assert.deepEqual(await bare(page), []);
  await page.click('button:text("Hex")');
  await page.waitForFunction(() => /^1,3/.test(document.querySelector('.bytes .row:not([hidden]) .offset').textContent));
  assert.deepEqual(await bare(page), []);
  await page.click('#found-encode');
  await page.waitForFunction(() => /chunk/.test(document.querySelector('.encode-view .outcome').textContent));
  assert.deepEqual(await bare(page), []);
  await page.click('#new-input');
  await paste(page, `${'x y z\n'.repeat(20_000)}9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6\n${id}\n`);
  await page.waitForFunction(() => /offset 120,0\d\d/.test(document.querySelector('.problems').textContent));
  await page.waitForFunction(() => !document.querySelector('.problems').textContent.includes('…'));
  assert.deepEqual(await bare(page), []);
  await page.click('#found-compare');
  await page.waitForFunction(() => document.querySelector('.compare-view .outcome').textContent !== '');
  assert.deepEqual(await bare(page), []);
  assertQuiet(opened);
});

test('fields read what they show', async () => {
  const { page, context } = await open(ground);
  await reach(page, 'simulator', 'duration=10s');
  await page.evaluate(() => document.querySelectorAll('.view-simulator details').forEach((one) => (one.open = true)));
  for (const [name, shown] of [['batch-bytes', '16 MiB'], ['queue-capacity', '100,000'], ['queue-bytes', '256 MiB'], ['interval', '5s']]) {
    const field = `.view-simulator [data-field="${name}"] input`;
    assert.equal(await page.getAttribute(field, 'placeholder'), shown);
    await page.fill(field, shown);
    await page.keyboard.press('Tab');
  }
  await page.waitForFunction(() => /batch-bytes=/.test(location.hash));
  assert.equal(await page.$$eval('.view-simulator [aria-invalid="true"]', (all) => all.length), 0);
  await context.close();
});

/** As span_figure() of the core has it, which makes the sentences of findings and of health. */
const span = (seconds) => {
  const count = (value) => Math.round(value).toLocaleString('en-US');
  if (seconds > 0 && seconds < 1) return `${(seconds * 1000).toLocaleString('en-US', { maximumSignificantDigits: 3 })} ms`;
  if (seconds < 10) return `${seconds.toLocaleString('en-US', { maximumSignificantDigits: 3 })} s`;
  return seconds < 120 ? `${count(seconds)} s` : seconds < 7200 ? `${count(seconds / 60)} min` : `${count(seconds / 3600)} h`;
};

test('times are those of the sentences: whole seconds from ten on, minutes from two on', async () => {
  const opened = await open(ground);
  const { page } = opened;
  for (const [down, age] of [['100s+60s', /^\d\d s$/], ['100s+250s', /^\d min$/]]) {
    await reach(page, 'simulator', `duration=10m&store.outages=${encodeURIComponent(down)}`);
    const { delay_s, age_s } = JSON.parse(native(['simulate', '--for', '10m', '--set', `store.outages=${down}`, '--json']));
    const texts = async (key) => [await page.textContent(`[data-figure="${key}"] .big`), await page.textContent(`[data-figure="${key}"] .note`)];
    assert.deepEqual(await texts('age'), [span(age_s.p99), `of what a watcher sees; p50 ${span(age_s.p50)}, oldest ${span(age_s.max)}`]);
    assert.deepEqual(await texts('delay'), [span(delay_s.p99), `p50 ${span(delay_s.p50)}, longest ${span(delay_s.max)}`]);
    assert.match(span(age_s.max), age);
    const legend = await page.$$eval('.view-simulator .chart', (all) => [...all.find((one) => one.textContent.startsWith('Delay')).querySelectorAll('.reading')].map((one) => one.textContent));
    assert.deepEqual(legend, [span(delay_s.p50), span(delay_s.p99)]);
  }
  assertQuiet(opened);
});

test('in the simulator and the tuner', async () => {
  const opened = await open(ground);
  const { page } = opened;
  await reach(page, 'simulator', `${stateOf([...scenarios.get('saturating-fifo'), ['fleet.agents', '60000'], ['duration', '20s']])}&b.=&b.queue=coalesce&fail-if=dropped>123456`);
  await page.evaluate(() => document.querySelectorAll('.as-table').forEach((one) => (one.open = true)));
  await page.waitForSelector('.table-place tbody tr');
  assert.match(await page.textContent('.figures'), /\d\d,\d\d\d/);
  assert.deepEqual(await bare(page), []);
  await page.fill('.view-simulator [data-field="fleet.agents"] input:not([aria-label])', 'many');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => /it is 0 to 1,000,000/.test(document.querySelector('.view-simulator [data-field="fleet.agents"] .problem').textContent));
  assert.deepEqual(await bare(page), []);
  await reach(page, 'tuner', 'fleet.agents=20000&duration=3s&max-delay=2s');
  assert.match(await page.textContent('.points-table'), /\d\d,\d\d\d/);
  assert.deepEqual(await bare(page), []);
  assertQuiet(opened);
});
