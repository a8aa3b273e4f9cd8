// SPDX-License-Identifier: Apache-2.0
/** The browser's own EventSource and WebSocket on the streams of a real service. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch } from '../chromium.mjs';
import { dashboard, Service, watchToken } from './service.mjs';

let browser, service, front;
before(async () => {
  service = await new Service('--allowed-host', 'dashboard.example').start();
  front = await dashboard(service);
  browser = await launch(['--host-resolver-rules=MAP dashboard.example 127.0.0.1, MAP evil.example 127.0.0.1']);
});
after(async () => {
  await browser?.close();
  await front?.end();
  await service?.end();
});

/** A page at this address, on request with the watch token as a cookie of the service's host. */
async function pageAt(url, { cookie, of = service } = {}) {
  const context = await browser.newContext();
  if (cookie) await context.addCookies([{ name: 'coder_session_token', value: cookie, url: of.origin }]);
  const page = await context.newPage();
  await page.goto(url);
  // What every stream does, in order, for the tests to look at.
  await page.evaluate(() => {
    globalThis.events = (path) => {
      const seen = [];
      const stream = new EventSource(path);
      stream.addEventListener('open', () => seen.push({ type: 'open' }));
      for (const type of ['message', 'data', 'ping']) stream.addEventListener(type, (event) => seen.push({ type, data: event.data }));
      stream.addEventListener('error', (event) => seen.push({ type: 'error', data: event.data, state: stream.readyState }));
      return Object.assign(seen, { stream });
    };
    globalThis.socket = (path) => {
      const seen = [];
      const stream = new WebSocket(path);
      stream.addEventListener('open', () => seen.push({ type: 'open' }));
      stream.addEventListener('message', (event) => seen.push({ type: typeof event.data, data: event.data }));
      stream.addEventListener('close', ({ code, wasClean }) => seen.push({ type: 'close', code, wasClean }));
      return Object.assign(seen, { stream });
    };
  });
  return page;
}

const seen = (page, name) => page.evaluate((of) => JSON.parse(JSON.stringify([...globalThis[of]])), name);
/** Everything that was received, once a part of it contains these words. */
async function seenWith(page, name, words, from = 0) {
  await page.waitForFunction(([of, text, first]) => globalThis[of].slice(first).some((one) => JSON.stringify(one).includes(text)), [name, words, from]);
  return seen(page, name);
}
const description = (key) => `"description":{"display_name":"${key}","key":"${key}","script":"","interval":0,"timeout":0}`;
const never = (key) => `{"result":{"collected_at":"0001-01-01T00:00:00Z","age":9223372036,"value":"","error":""},${description(key)}}`;
const now = (key, value) =>
  new RegExp(`^\\{"result":\\{"collected_at":"20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{0,5}[1-9])?Z","age":[0-5],"value":${value},"error":""\\},${description(key).replace(/[{}]/g, '\\$&')}\\}$`);

// None of these is in another's way, and pings and the browser's own pauses take their time.
describe('watching', { concurrency: true }, () => {
  test('a page of the service’s own origin is fed by the cookie, to the byte', async () => {
    const agent = service.agents[0];
    const page = await pageAt(`${service.origin}/healthz`, { cookie: agent.token });
    await page.evaluate((path) => (globalThis.one = events(path)), agent.path);
    const [open, first] = await seenWith(page, 'one', 'data');
    assert.deepEqual([open, first], [{ type: 'open' }, { type: 'data', data: `[${never('cpu')},${never('mem')}]` }]);
    const value = '<12 %> & "ü\u2028\\ \n€😀';
    assert.equal(await service.report(agent, { cpu: value }), 204);
    const { data } = (await seenWith(page, 'one', '12 %')).at(-1);
    const [cpu, rest] = data.slice(1, -1).split(/,(?=\{"result")/);
    assert.match(cpu, now('cpu', '"\\\\u003c12 %\\\\u003e \\\\u0026 \\\\"ü\\\\u2028\\\\\\\\ \\\\n€😀"'));
    assert.equal(rest, never('mem'));
    assert.equal(JSON.parse(data)[0].result.value, value);
  });

  test('a WebSocket speaks in text frames, and a message of the page closes it with 1002', async () => {
    const agent = service.agents[1];
    const page = await pageAt(`${service.origin}/healthz`, { cookie: agent.token });
    await page.evaluate((path) => (globalThis.one = socket(path)), `${agent.path}-ws`);
    const [open, first] = await seenWith(page, 'one', 'string');
    assert.deepEqual([open, first], [{ type: 'open' }, { type: 'string', data: `{"type":"data","data":[${never('cpu')},${never('mem')}]}` }]);
    assert.equal(await service.report(agent, { mem: 'by socket' }), 204);
    const { data } = (await seenWith(page, 'one', 'by socket')).at(-1);
    assert.match(data, /^\{"type":"data","data":\[\{"result":.*"value":"by socket".*\}\]\}$/);
    await page.evaluate(() => one.stream.send('hello'));
    assert.deepEqual((await seenWith(page, 'one', 'close')).at(-1), { type: 'close', code: 1002, wasClean: true });
  });

  test('pings keep a stream alive, and come again and again to nobody’s trouble', async () => {
    const agent = service.agents[2];
    const page = await pageAt(`${service.origin}/healthz`, { cookie: agent.token });
    await page.evaluate(async (path) => {
      globalThis.one = events(path);
      globalThis.two = socket(`${path}-ws`);
      globalThis.raw = [''];
      const reader = (await fetch(path)).body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        raw[0] += (await reader.read()).value;
        if (raw[0].includes('event: ping')) return;
      }
    }, agent.path);
    const [raw] = await seen(page, 'raw');
    // Read strictly: each frame is an event line and, but for pings, one data line.
    for (const frame of raw.split('\n\n').slice(0, -1)) assert.match(frame, /^event: (ping|data\ndata: \[.*\])$/);
    assert.ok(raw.endsWith('\n\n'));
    // On a WebSocket a ping is a frame of the protocol: a page sees messages with data and nothing
    // else.
    for (const one of (await seen(page, 'two')).slice(1)) assert.match(one.data, /^\{"type":"data",/);
    const types = new Set((await seen(page, 'one')).map((one) => one.type));
    assert.deepEqual(types, new Set(['open', 'data'])); // the standard hands out no event without data
  });

  test('a page of another origin is told nothing', async () => {
    const agent = service.agents[2];
    const page = await pageAt(`${front.origin}/`, { cookie: watchToken }); // the same host, so the browser sends the cookie along
    const heard = await page.evaluate(async ({ origin, path }) => {
      globalThis.one = events(`${origin}${path}`);
      globalThis.two = socket(`${origin.replace('http', 'ws')}${path}-ws`);
      const reads = ['/metrics', path, '/api/v2/metadata'].map((one) => fetch(`${origin}${one}`, { credentials: 'include' }).then((answer) => answer.status, String));
      return Promise.all(reads);
    }, { origin: service.origin, path: agent.path });
    assert.deepEqual(heard, Array(3).fill('TypeError: Failed to fetch'));
    assert.deepEqual(await seenWith(page, 'one', 'error'), [{ type: 'error', state: 2 }]);
    assert.deepEqual(await seenWith(page, 'two', 'close'), [{ type: 'close', code: 1006, wasClean: false }]);
  });

  test('who knows the token may carry it in the query', async () => {
    const agent = service.agents[2];
    const page = await pageAt(`${service.origin}/healthz`);
    await page.evaluate(({ path, token }) => {
      globalThis.one = events(`${path}?coder_session_token=${token}`);
      globalThis.two = socket(`${path}-ws?coder_session_token=${token}`);
      globalThis.none = events(path);
    }, { path: agent.path, token: agent.token });
    await seenWith(page, 'one', 'data');
    await seenWith(page, 'two', 'data');
    assert.deepEqual(await seenWith(page, 'none', 'error'), [{ type: 'error', state: 2 }]);
  });

  test('a name that leads here by deceit is not answered, an allowed one is', async () => {
    const agent = service.agents[2];
    const page = await pageAt(`http://evil.example:${service.port}/healthz`);
    assert.match(await page.textContent('body'), /does not answer to that host name/);
    assert.deepEqual(await page.evaluate((path) => fetch(`${path}?coder_session_token=${'x'.repeat(20)}`).then((answer) => answer.status), agent.path), 421);
    await page.goto(`http://dashboard.example:${service.port}/healthz`);
    assert.equal(await page.textContent('body'), 'ok\n');
  });

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`an EventSource comes back by itself when the service does, after ${signal}`, async () => {
      const service = await new Service().start(); // its own: it is stopped
      const front = await dashboard(service);
      const agent = service.agents[0];
      const page = await pageAt(`${service.origin}/healthz`, { cookie: watchToken, of: service });
      const through = await pageAt(`${front.origin}/`);
      await page.evaluate((path) => ((globalThis.one = events(path)), (globalThis.two = socket(`${path}-ws`))), agent.path);
      await through.evaluate((path) => (globalThis.one = events(path)), agent.path);
      await Promise.all([seenWith(page, 'one', 'data'), seenWith(page, 'two', 'data'), seenWith(through, 'one', 'data')]);
      await service.stop(signal);
      assert.equal((await seenWith(page, 'two', 'close')).at(-1).type, 'close');
      const before = (await seenWith(page, 'one', 'error')).length;
      assert.deepEqual((await seen(page, 'one')).at(-1), { type: 'error', state: 0 }); // connecting again
      await service.start();
      assert.equal(await service.report(agent, { cpu: `after ${signal}` }), 204);
      const [all] = await Promise.all([seenWith(page, 'one', `after ${signal}`), seenWith(through, 'one', `after ${signal}`)]);
      const again = all.slice(before).map((one) => one.type);
      assert.deepEqual(again.filter((type) => type !== 'error')[0], 'open');
      await front.end();
      await service.end();
    });
  }
});
