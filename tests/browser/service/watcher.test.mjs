// SPDX-License-Identifier: Apache-2.0
/** The watcher: the page of `metabatch serve --ui`, fed by a real service. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { addressOf } from '../browser.mjs';
import { launch, violations } from '../chromium.mjs';
import { Service, watchToken } from './service.mjs';

let browser, service;
before(async () => {
  service = await new Service('--ui').start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await service?.end();
});

const idOf = (agent) => agent.path.split('/')[4];

/** The page with a token, and all that went wrong in it. */
async function watcher({ token = watchToken, width = 1280, bypassCSP = false, colorScheme = 'light', of = service } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP, colorScheme });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => message.type() === 'error' && !/status of 401/.test(message.text()) && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  await page.goto(of.origin);
  if (token) {
    await page.waitForSelector('#ask:not([hidden])');
    await page.fill('#token', token);
    await page.press('#token', 'Enter');
    await page.waitForSelector('section.live');
  }
  return { page, wrong, end: () => context.close() };
}
const valueOf = (page, agent, key) => page.textContent(`section[data-id="${idOf(agent)}"] tr:has(th:text-is("${key}")) td.value`);
const shows = (page, agent, words) => page.waitForSelector(`section[data-id="${idOf(agent)}"] td.value:text-is("${words}")`);

// What waits for a pause of the page, or for a value to become old, does so beside the others.
describe('the watcher', { concurrency: true }, () => {
  describe('of one service', { concurrency: 1 }, () => {
    test('values appear and change by themselves', async () => {
      const { page, wrong, end } = await watcher();
      const [agent] = service.agents;
      assert.equal(await page.locator('section').count(), 3);
      assert.equal(await service.report(agent, { cpu: '1 %' }), 204);
      await shows(page, agent, '1 %');
      assert.equal(await valueOf(page, agent, 'mem'), 'no report yet');
      assert.equal(await service.report(agent, { cpu: '2 %' }), 204);
      await shows(page, agent, '2 %');
      assert.match(await page.textContent('#summary'), /3 agents/);
      assert.deepEqual(wrong, []);
      await end();
    });

    test('hostile values are text', async () => {
      const { page, wrong, end } = await watcher();
      const [, agent] = service.agents;
      const value = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>&amp;\u202e';
      assert.equal(await service.report(agent, { cpu: value }), 204);
      await page.waitForFunction((id) => document.querySelector(`section[data-id="${id}"]`).textContent.includes('onerror'), idOf(agent));
      assert.equal(await valueOf(page, agent, 'cpu'), value);
      assert.equal(await page.evaluate(() => window.hurt), undefined);
      assert.equal(await page.locator('section img, section script').count(), 0);
      assert.deepEqual(wrong, []);
      await end();
    });

    test('the policy runs nothing that is not a file of the service', async () => {
      const answer = await fetch(service.origin);
      const policy = answer.headers.get('content-security-policy');
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(part), policy);
      const { page, end } = await watcher({ token: '' });
      const blocked = await page.evaluate(async () => {
        const seen = [];
        document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
        const script = document.createElement('script');
        try {
          script.textContent = 'window.hurt = 1';
          document.body.append(script);
        } catch {
          seen.push('trusted types');
        }
        await fetch('http://127.0.0.1:9/').catch(() => {});
        await new Promise((done) => setTimeout(done));
        return { seen, hurt: window.hurt };
      });
      assert.equal(blocked.hurt, undefined);
      assert.ok(blocked.seen.includes('connect-src'), JSON.stringify(blocked.seen));
      await end();
    });

    test('the search finds agents, keys, values and errors', async () => {
      const { page, end } = await watcher();
      const [one, two] = service.agents;
      assert.equal(await service.report(one, { cpu: 'needle in one' }), 204);
      await shows(page, one, 'needle in one');
      const found = async (words) => {
        await page.fill('#search', words);
        return page.evaluate(() => [...document.querySelectorAll('section')].map((card) => [card.dataset.id, card.querySelectorAll('tr').length]));
      };
      assert.deepEqual(await found('NEEDLE'), [[idOf(one), 1]]);
      assert.deepEqual(await found(idOf(two)), [[idOf(two), 2]]);
      assert.equal((await found('mem')).length, 3);
      assert.deepEqual(await found('nothing like it'), []);
      assert.match(await page.textContent('#summary'), /^0 of 3 agents$/);
      await end();
    });

    test('a token is asked for, kept for the tab only, and forgotten on request', async () => {
      const { page, end } = await watcher({ token: '' });
      await page.waitForSelector('#ask:not([hidden])');
      await page.fill('#token', 'a-token-that-nobody-knows');
      await page.click('button[type=submit]');
      await page.waitForSelector('#problem:text("does not accept this token")');
      await page.fill('#token', watchToken);
      await page.click('button[type=submit]');
      await page.waitForSelector('section.live');
      assert.ok(!(await addressOf(page)).includes(watchToken));
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 1, '']);
      await page.reload();
      await page.waitForSelector('section.live');
      await page.click('#forget');
      await page.waitForSelector('#ask:not([hidden])');
      assert.deepEqual(await page.evaluate(() => [document.querySelectorAll('section').length, sessionStorage.length]), [0, 0]);
      await end();
    });

    test('without --ui there is no page, and without a token no list', async () => {
      assert.equal((await fetch(`${service.origin}/api/v2/metadata/agents`)).status, 401);
      const other = await new Service().start();
      for (const path of ['/', '/watcher.js', '/watcher.css']) assert.equal((await fetch(other.origin + path)).status, 404);
      await other.end();
    });

    for (const width of [360, 1280]) {
      for (const colorScheme of ['light', 'dark']) {
        test(`everything fits and axe finds nothing at ${width} px, ${colorScheme}`, async () => {
          const { page, end } = await watcher({ width, colorScheme, bypassCSP: true }); // axe is a script of ours
          const [agent] = service.agents;
          assert.equal(await service.report(agent, { cpu: 'x'.repeat(300), mem: 'a value of some words '.repeat(20) }), 204);
          await page.waitForFunction((id) => document.querySelector(`section[data-id="${id}"]`).textContent.includes('xxxxx'), idOf(agent));
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing to scroll sideways');
          if (process.env.METABATCH_SHOTS) await page.screenshot({ path: `${process.env.METABATCH_SHOTS}/watcher-${width}-${colorScheme}.png`, fullPage: true });
          assert.deepEqual(await violations(page), []);
          await end();
        });
      }
    }
  });

  test('an old value is greyed with its age, but not where the interval is 0', async () => {
    const service = await new Service('--ui').start(); // its own
    const { page, wrong, end } = await watcher({ of: service });
    const [, , agent] = service.agents;
    service.describe(agent, 'mem', '--interval', '1s');
    assert.equal(await service.report(agent, { cpu: 'never old', mem: 'soon old' }), 204);
    await shows(page, agent, 'soon old');
    await page.waitForSelector(`section[data-id="${idOf(agent)}"] tr.stale:has(td:text-is("soon old")) td.age:text("stale, ")`); // after 6 s
    assert.equal(await page.locator(`section[data-id="${idOf(agent)}"] tr.fresh td.value:text-is("never old")`).count(), 1);
    const colours = await page.evaluate((id) => [...document.querySelectorAll(`section[data-id="${id}"] td.value`)].map((cell) => getComputedStyle(cell).color), idOf(agent));
    assert.equal(new Set(colours).size, 2);
    assert.deepEqual(wrong, []);
    await end();
    await service.end();
  });

  test('the page says when the service is away, and goes on when it is back', async () => {
    const service = await new Service('--ui').start(); // its own
    const { page, end } = await watcher({ of: service });
    const [agent] = service.agents;
    await service.stop();
    await page.waitForSelector('#problem:text("cannot be reached")');
    await service.start();
    assert.equal(await service.report(agent, { cpu: 'back' }), 204);
    await shows(page, agent, 'back');
    await page.waitForSelector('#problem[hidden]', { state: 'attached' });
    await end();
    await service.end();
  });
});
