// SPDX-License-Identifier: Apache-2.0
// Pictures of the page for the documents: shots.mjs FOLDER.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { open, paste, start } from './browser.mjs';

const folder = process.argv[2] ?? 'docs/images';
await mkdir(folder, { recursive: true });
const ground = await start();
try {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } })) {
      const { page, context } = await open(ground, { colorScheme, viewport });
      await page.selectOption('#example', { label: 'A server log' });
      await page.waitForSelector('.ids .rows .row');
      await page.focus('.ids');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction(() => document.querySelector('#details').textContent !== '');
      await page.screenshot({ path: join(folder, `page-inspector-${size}-${colorScheme}.png`) });
      await context.close();
    }
  }
} finally {
  await ground.end();
}
