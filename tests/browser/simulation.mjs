// SPDX-License-Identifier: Apache-2.0
/** The simulator and the tuner: how the tests use them, and the native program's results for the same scenario. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { presets } from '../../wasm/page/presets.mjs';
import { root } from './browser.mjs';

const program = process.env.METABATCH_PROGRAM ?? join(root, 'build/dev/bin/metabatch');
export const scenarios = new Map((await presets(join(root, 'resources/scenarios'))).map(({ name, fields }) => [name, fields]));

/** `--for 1m --seed 2` as fields: a flag is a name of its field. */
export const fieldsOfFlags = (flags) => [...flags.matchAll(/--(\S+) (\S+)/g)].map(([, flag, text]) => [flag, text]);
export const stateOf = (fields) => new URLSearchParams(fields).toString();

/** `[{ name, flags, digest }]` of tests/golden/scenarios.vec. */
export function golden() {
  const lines = readFileSync(join(root, 'tests/golden/scenarios.vec'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split('\t')).map(([name, flags, digest]) => ({ name, flags: flags === '-' ? '' : flags, digest }));
}

/** Exit status 3 reports a loss, which may be the purpose of a simulation. */
export function native(args) {
  const { status, stdout, stderr } = spawnSync(program, args, { maxBuffer: 1 << 28, encoding: 'utf8' });
  if (status !== 0 && status !== 3) throw new Error(`metabatch ${args.join(' ')}: ${status} ${stderr}`);
  return stdout;
}
/** What it says of conditions: `missed: ...` lines, or what is wrong with one. */
export function nativeJudges(args) {
  return spawnSync(program, args, { maxBuffer: 1 << 28, encoding: 'utf8' }).stderr.replaceAll('metabatch: ', '').trim().split('\n');
}
export function nativeTimeline(args) {
  const folder = mkdtempSync(join(tmpdir(), 'metabatch-'));
  try {
    native([...args, '--timeline', join(folder, 'timeline.csv')]);
    return readFileSync(join(folder, 'timeline.csv'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Opens a view in a state, as a link does, and waits until it has finished. */
export async function reach(page, view, state, timeout = 60_000) {
  await page.evaluate(([name, query]) => {
    const panel = document.querySelector(`#panel-${name}`);
    panel.dataset.phase = '';
    const wanted = `#${name}${query === undefined ? '' : `?${query}`}`;
    if (location.hash === wanted) location.hash = '';
    location.hash = wanted;
  }, [view, state]);
  await finished(page, view, timeout);
}
export const finished = (page, view, timeout = 60_000) => page.waitForSelector(`#panel-${view}[data-phase="finished"]`, { timeout });
/** Does it, and waits for the run that this starts. */
export async function reruns(page, act, view = 'simulator') {
  await page.evaluate((name) => (document.querySelector(`#panel-${name}`).dataset.phase = ''), view);
  await act();
  await finished(page, view);
}

export const digests = async (page) => (await page.textContent('#digest')).split('\n').map((line) => line.replace(/^[AB] /, ''));

/** The files that a press of the button saves. */
export async function taken(page, button, count = 1) {
  const files = [];
  const all = new Promise((resolve) => {
    const hear = async (file) => {
      files.push({ name: file.suggestedFilename(), content: readFileSync(await file.path()) });
      if (files.length < count) return;
      page.off('download', hear);
      resolve();
    };
    page.on('download', hear);
  });
  await page.click(`.view-simulator button:text-is("${button}")`);
  await all;
  return files;
}

export const isNativeBuilt = existsSync(program);
