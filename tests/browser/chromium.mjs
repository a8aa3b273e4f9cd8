// SPDX-License-Identifier: Apache-2.0
/** Debian's Chromium without a window. */
import { chromium } from 'playwright-core';

export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.METABATCH_CHROMIUM ?? '/usr/bin/chromium',
    // In a container there is no user to step down to, so no sandbox.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-component-update', '--no-first-run', ...more],
  });
}
