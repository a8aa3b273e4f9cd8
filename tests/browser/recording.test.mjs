// SPDX-License-Identifier: Apache-2.0
/** Recorded sessions in place of the fleet: the same digests as `metabatch simulate --recording`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { addressOf, assertQuiet, open, root, start } from './browser.mjs';
import { digests, native, reach, reruns, taken } from './simulation.mjs';

const file = join(root, 'tests/golden/recording.ndjson');
const digestOf = (...flags) => JSON.parse(native(['simulate', '--recording', file, '--json', ...flags])).digest;

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
});
after(() => ground.end());

const words = (page) => page.textContent('.view-simulator .recorded');

test('a recording that is opened is simulated, to the native digest', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=1s');
  const fleet = await digests(page);
  await reruns(page, () => page.setInputFiles('#recording-file', file));
  assert.deepEqual(await digests(page), [digestOf()]);
  assert.equal((await taken(page, 'JSON'))[0].content.toString(), native(['simulate', '--recording', file, '--json']));
  assert.match(await words(page), /^recording\.ndjson: 185 updates in \d+ reports arrive in place of a fleet\. 1 line could not be read: line 188: collected_at is missing or cannot be read\.$/);
  assert.equal(await page.locator('.group-fleet').first().isVisible(), false, 'nobody asks for a fleet');
  await reruns(page, () => page.click('#forget-recording'));
  assert.equal(await words(page), '');
  await reach(page, 'simulator', 'duration=1s');
  assert.deepEqual(await digests(page), fleet);
  assertQuiet(opened);
});

test('A and B run on its arrivals, and a drop is as good', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=2s');
  const bytes = [...readFileSync(file)];
  await reruns(page, () =>
    page.evaluate((content) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], 'dropped.ndjson'));
      for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, bytes),
  );
  await reruns(page, () => page.check('#compare'));
  await reruns(page, async () => {
    await page.locator('.view-simulator [data-field="batch-size"] input[aria-label]').fill('20');
    await page.keyboard.press('Tab');
  });
  assert.deepEqual(await digests(page), [digestOf(), digestOf('--batch-size', '20')]);
  await reruns(page, () => page.uncheck('#compare'));
  await reruns(page, () => page.click('#forget-recording'));
  assertQuiet(opened);
});

test('a scenario that is chosen gives settings and database, the recording its length', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=4s');
  await reruns(page, () => page.setInputFiles('#recording-file', file));
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'saturating-fifo'));
  assert.deepEqual(await digests(page), [JSON.parse(native(['simulate', 'saturating-fifo', '--recording', file, '--json'])).digest]);
  await reruns(page, () => page.click('#forget-recording'));
  await reruns(page, () => page.selectOption('.view-simulator .preset select', 'docs-example'));
  assert.match(await addressOf(page), /duration=10m/);
  assertQuiet(opened);
});

test('what is no recording is said, and the fleet stays', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=3s');
  const fleet = await digests(page);
  await page.setInputFiles('#recording-file', { name: 'photo.ndjson', mimeType: 'text/plain', buffer: Buffer.from('hello\n<img src=x onerror=window.harmed=1>\n') });
  await page.waitForFunction(() => document.querySelector('.view-simulator .recorded').textContent.startsWith('photo.ndjson: no'));
  assert.match(await words(page), /^photo\.ndjson: no update is in it\. 2 lines could not be read: line 1: not JSON, at byte 0; line 2: not JSON/);
  assert.equal(await page.locator('#forget-recording').isVisible(), false);
  await reruns(page, () => page.click('#pause'));
  assert.deepEqual(await digests(page), fleet);
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  assertQuiet(opened);
});

test('a wrong file leaves the recording that is in use', async () => {
  const { page } = opened;
  await reach(page, 'simulator', 'duration=6s');
  await reruns(page, () => page.setInputFiles('#recording-file', file));
  await page.setInputFiles('#recording-file', { name: 'photo.ndjson', mimeType: 'text/plain', buffer: Buffer.from('hello\n') });
  await page.waitForFunction(() => /^photo\.ndjson: no update is in it\..* recording\.ndjson: 185 updates/.test(document.querySelector('.view-simulator .recorded').textContent));
  await reruns(page, () => page.click('#pause'));
  assert.deepEqual(await digests(page), [digestOf()]);
});

test('the tuner tries settings on the recording', async () => {
  const { page } = opened;
  await reach(page, 'tuner', undefined, 120_000);
  assert.match(await page.textContent('.view-tuner .recorded'), /those of recording\.ndjson/);
  assert.equal(await page.locator('.view-tuner .group-fleet').first().isVisible(), false);
  const sentence = () => page.textContent('.advice .sentence');
  const recorded = await sentence();
  await page.evaluate(() => (location.hash = '#simulator'));
  await reruns(page, () => page.click('#forget-recording'));
  await reach(page, 'tuner', undefined, 120_000);
  assert.equal(await page.textContent('.view-tuner .recorded'), '');
  assert.notEqual(await sentence(), recorded, 'a fleet arrives otherwise');
  assertQuiet(opened);
});
