// SPDX-License-Identifier: Apache-2.0
/** Debian's Chromium without a window, and what axe says of a page in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.METABATCH_CHROMIUM ?? '/usr/bin/chromium',
    // In a container there is no user to step down to, so no sandbox.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-component-update', '--no-first-run', ...more],
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** `[rule: elements and why]`. Only that leaves the page: the whole result is larger than the page, and takes longer to send than
 *  to make. */
export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { found, passed } = await page.evaluate(async () => {
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations: all, passes } = await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
    const textOf = ({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' | ')}`;
    return { found: all.map(textOf), passed: passes.length };
  });
  assert.ok(passed > 20, 'axe looked at something');
  return found;
}
