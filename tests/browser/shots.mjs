// SPDX-License-Identifier: Apache-2.0
// Pictures of the page for the documents: shots.mjs [FOLDER]. Each view, light and dark, wide and
// on a phone.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { open, paste, start } from './browser.mjs';
import { reach, scenarios, stateOf } from './simulation.mjs';

const folder = process.argv[2] ?? 'docs/images';
await mkdir(folder, { recursive: true });
const ground = await start();
try {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries({ wide: { width: 1240, height: 800 }, phone: { width: 390, height: 780 } })) {
      const { page, context } = await open(ground, { colorScheme, viewport });
      await page.selectOption('#example', { label: size === 'wide' ? 'A server log' : 'A damaged chunk' });
      await page.click('#found-ids'); // something in it cannot be read, so its problems are open
      await page.waitForSelector('.ids .rows .row');
      await page.click('.ids .rows .row:nth-child(2) .version'); // a click on the id would copy it
      await page.waitForFunction(() => document.querySelector('#details').textContent !== '');
      await page.evaluate(() => scrollTo(0, 0));
      await page.mouse.move(0, 0); // or it would point at something
      await page.screenshot({ path: join(folder, `page-inspector-${size}-${colorScheme}.png`) });
      const more = { simulator: `${stateOf(scenarios.get('saturating-fifo'))}&b.=&b.queue=coalesce`, tuner: 'duration=10m&max-delay=5s' };
      for (const [view, state] of Object.entries(more)) {
        await reach(page, view, state, 120_000);
        await page.screenshot({ path: join(folder, `page-${view}-${size}-${colorScheme}.png`) });
      }
      await context.close();
    }
  }
} finally {
  await ground.end();
}
