// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAsNative, inspected, names, run } from './as_native.mjs';
import { assertQuiet, brings, drawn, open, paste, start } from './browser.mjs';
import { cases } from './cases.mjs';

let ground;
let opened;
before(async () => {
  ground = await start();
  opened = await open(ground);
});
after(() => ground.end());

const seen = { form: new Set(), wrapping: new Set(), channel: new Set(), kind: new Set(), verdict: new Set(), note: new Set() };

for (const [name, input] of Object.entries(cases)) {
  test(`as the native program: ${name}`, async () => {
    const native = await assertAsNative(opened, input, { keys: name === 'several' || name === 'agent JSON' });
    for (const finding of native.findings) for (const what of ['form', 'wrapping', 'channel', 'verdict']) seen[what].add(finding[what]);
    for (const span of native.spans) [seen.kind.add(span.kind), seen.verdict.add(span.verdict)];
    for (const note of native.notes) seen.note.add(note);
  });
}

test('the cases show every form, wrapping, channel, kind, verdict and remark', () => {
  const { form, wrapping, channel, kind, verdict, note } = names();
  const known = { form, wrapping, channel, kind, verdict, note };
  // `unread` and `stopped` need a million parts; limits.test.mjs brings them.
  for (const [what, all] of Object.entries(known)) {
    const missing = all.filter((one) => !seen[what].has(one) && one !== 'unread' && one !== 'stopped');
    assert.deepEqual(missing, [], what);
  }
});

test('a typed payload is looked at without a click, and a changed one again', async () => {
  const { page } = opened;
  await page.fill('#input', '');
  await page.focus('#input');
  await brings(page, () => page.keyboard.type('my8fHntUTBGKbhwtPk9aaw'));
  await page.waitForFunction(() => document.querySelector('#verdict').textContent.startsWith('A chunk: 1 id'));
  await brings(page, () => page.keyboard.press('Backspace'));
  await page.waitForFunction(() => !document.querySelector('#verdict').textContent.startsWith('A chunk: 1 id'));
});

test('bytes and ids point at one another, by pointer and by key', async () => {
  const { page } = opened;
  await paste(page, cases['chunk']);
  const onParts = async () => {
    await drawn(page);
    return page.$$eval('.bytes .on', (parts) => parts.map((part) => part.textContent).join(''));
  };
  await page.hover('.ids .rows .row:nth-child(2)');
  assert.equal(await onParts(), cases['chunk'].slice(22));
  await page.hover('.bytes [data-span="0"]');
  await page.waitForSelector('.ids .rows .row:nth-child(1).on');
  assert.equal(await page.$$eval('.ids .rows .row.on', (all) => all.length), 1);
  await page.hover('header');
  assert.equal(await onParts(), '');
  await page.click('.bytes [data-span="1"]');
  await page.waitForSelector('.ids .rows .row:nth-child(2).active.on');
  await page.focus('.ids');
  await page.keyboard.press('Home');
  await page.waitForSelector('.bytes [data-span="0"].on');
  await page.click('button:text("Hex")');
  await drawn(page);
  const digits = await page.$$eval('.bytes .digits .on', (parts) => parts.map((part) => part.textContent).join(''));
  assert.equal(digits.replaceAll(/ |·/g, '').slice(0, 32), Buffer.from(cases['chunk'].slice(0, 16)).toString('hex'));
  assertQuiet(opened);
});

test('the filter takes a UUID in any form and says when it is not there', async () => {
  const { page } = opened;
  await paste(page, cases['several']);
  await page.click('#found-ids'); // something in it cannot be read, so its problems are open
  const outcome = (text) => page.waitForFunction((wanted) => document.querySelector('.ids-view .outcome').textContent === wanted, text);
  const all = inspected(cases['several']).ids;
  for (const form of ['9B2F1F1E-7B54-4C11-8A6E-1C2D3E4F5A6B', '9b2f1f1e7b544c118a6e1c2d3e4f5a6b', 'my8fHntUTBGKbhwtPk9aaw', 'urn:uuid:9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b', '9b2f1f']) {
    await page.fill('#filter', form);
    await outcome(`4 of ${all} ids`);
  }
  await page.fill('#filter', '018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b');
  await outcome(`018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b is not among the ${all} ids`);
  await page.fill('#filter', '');
  await page.selectOption('#which', 'first');
  await outcome(`2 of ${all} ids`);
  await page.selectOption('#which', 'all');
  assertQuiet(opened);
});

test('encoding gives the chunks that the native program gives', async () => {
  const { page } = opened;
  const uuids = Array.from({ length: 600 }, (_, at) => `00000000-0000-4000-8000-${(at * 7919 % 1000).toString(16).padStart(12, '0')}`);
  await paste(page, uuids.join('\n'));
  await page.click('#found-encode');
  const chunks = (text) => text.trim().split('\n');
  const native = chunks(run(['encode'], uuids.join('\n')).toString());
  const taken = async () => {
    await page.click('.encode-view button:text("Copy all")');
    return chunks(await page.evaluate(() => window.copied.at(-1)));
  };
  await page.evaluate(() => {
    window.copied = [];
    navigator.clipboard.writeText = (text) => Promise.resolve(void window.copied.push(text));
  });
  await page.uncheck('#sorted');
  await page.waitForFunction(() => document.querySelector('.encode-view .outcome').textContent.startsWith('2 chunks, 13,200 bytes'));
  assert.deepEqual(await taken(), native);
  await page.check('#sorted');
  await page.waitForFunction(() => document.querySelector('.encode-view .outcome').textContent.startsWith('2 chunks'));
  assert.deepEqual(await taken(), chunks(run(['encode'], [...new Set(uuids)].sort().join('\n')).toString()));
  for (const [budget, said] of [['21', /^A budget is from 22 to 8,007 bytes/], ['8008', /^A budget is from/], ['', /^A budget/], ['22', /^600 chunks/], ['8007', /^2 chunks/]]) {
    await page.fill('#budget', budget);
    await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('.encode-view .outcome').textContent), said.source);
  }
  await page.fill('#budget', '8000');
  await page.click('#found-ids');
  assertQuiet(opened);
});

test('ids are copied as a list, SQL, JSON and NOTIFY, and what is copied can be read again', async () => {
  const { page } = opened;
  await page.evaluate(() => {
    window.copied = [];
    navigator.clipboard.writeText = (text) => Promise.resolve(void window.copied.push(text));
  });
  await paste(page, cases['several']);
  await page.click('#found-ids');
  const agents = [...new Set(inspected(cases['several']).findings.flatMap(({ ids }) => ids.map(({ id }) => id)))];
  for (const label of ['UUIDs', 'SQL IN', 'JSON', 'NOTIFY']) {
    await page.click(`.copy-bar button:text("${label}")`);
    await page.waitForFunction((count) => window.copied.length === count, ['UUIDs', 'SQL IN', 'JSON', 'NOTIFY'].indexOf(label) + 1);
  }
  const [list, sql, json, notify] = await page.evaluate(() => window.copied);
  assert.equal(list, agents.map((agent) => `${agent}\n`).join(''));
  assert.equal(sql, `IN (${agents.map((agent) => `'${agent}'`).join(', ')})`);
  assert.deepEqual(JSON.parse(json), agents);
  assert.match(notify, /^NOTIFY workspace_agent_metadata_batch, '[A-Za-z0-9+/]{44}';\n$/);
  for (const text of [list, sql, json, notify]) assert.deepEqual(inspected(text).findings.flatMap(({ ids }) => ids.map(({ id }) => id)).sort(), [...agents].sort());
});
