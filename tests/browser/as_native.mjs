// SPDX-License-Identifier: Apache-2.0
/** The native program's results, the names that the module knows, and what the page shows of an input compared with what
 *  `metabatch inspect --json` prints of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { assertQuiet, drop, paste, root } from './browser.mjs';

const program = process.env.METABATCH_PROGRAM ?? join(root, 'build/dev/bin/metabatch');

export function run(args, input) {
  return execFileSync(program, args, { input, maxBuffer: 1 << 28 });
}
export const inspected = (input) => JSON.parse(run(['inspect', '--json'], input));

/** `{ form: ['chunk', ...], ... }`, from the module itself. */
export function names() {
  const module = new WebAssembly.Module(readFileSync(join(root, 'build/wasm/bin/metabatch.wasm')));
  const imports = {};
  for (const { module: room, name } of WebAssembly.Module.imports(module)) (imports[room] ??= {})[name] = () => 0;
  const { exports } = new WebAssembly.Instance(module, imports);
  exports._initialize();
  const size = exports.mb_names();
  const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.mb_text(), size));
  return Object.fromEntries(text.trim().split('\n').map((line) => line.split('\t')).map(([title, ...rest]) => [title, rest]));
}

const counted = (number) => number.toLocaleString('en-US');
const bring = (page, input) => (typeof input === 'string' ? paste(page, input) : drop(page, input));
const plural = (number, one) => `${counted(number)} ${one}${number === 1 ? '' : 's'}`;
const capital = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** The detail line for a span, from the native program's JSON. */
function detailOf({ at, length, kind, verdict, meaning }) {
  const range = length === 1 ? `Byte ${counted(at)}` : `Bytes ${counted(at)} to ${counted(at + length - 1)}`;
  return `${range} (${counted(length)}) · ${kind.replaceAll('_', ' ')} · ${verdict} · ${meaning}`;
}

/** Walks from the first part to the last with the arrow key and notes what the page says of each. */
async function walked(page, count) {
  const details = [];
  await page.focus('.bytes');
  for (let at = 0; at < count; ++at) {
    await page.keyboard.press(at === 0 ? 'Home' : 'ArrowRight');
    const isNext = ([old, first]) => ((text) => (first ? /^Bytes? 0 /.test(text) : text !== old))(document.querySelector('#details').textContent);
    await page.waitForFunction(isNext, [details.at(-1) ?? '', at === 0]);
    details.push(await page.textContent('#details'));
  }
  return details;
}

/** All that the page shows of an input: its verdict, problems, ids and findings, and what it says of so many parts when the arrow
 *  key goes through them. All at once: each question from outside takes as long as the page needs for an answer. */
const shown = (page, parts) => page.evaluate(async (count) => {
  const { frame, press, until } = window.inPage;
  const rows = (grid) => [...document.querySelectorAll(`${grid} .rows .row:not([hidden])`)].map((row) => [...row.children].map((cell) => cell.textContent));
  const details = document.querySelector('#details');
  press('#found-problems');
  await until(() => ![...document.querySelectorAll('.problems .sentence')].some((cell) => cell.textContent === '…'));
  const problems = rows('.problems');
  press('#found-ids');
  await frame();
  const all = { problems, ids: rows('.ids'), findings: rows('.findings'), verdict: document.querySelector('#verdict').textContent, details: [] };
  for (let at = 0; at < count; ++at) {
    const before = details.textContent;
    const isNext = () => (at === 0 ? /^Bytes? 0 /.test(details.textContent) : details.textContent !== before);
    const said = new Promise((done) => {
      const watcher = new MutationObserver(() => isNext() && (watcher.disconnect(), done()));
      watcher.observe(details, { childList: true, characterData: true, subtree: true });
    });
    document.querySelector('.bytes').dispatchEvent(new KeyboardEvent('keydown', { key: at === 0 ? 'Home' : 'ArrowRight', bubbles: true, cancelable: true }));
    if (!(at === 0 && isNext())) await said;
    all.details.push(details.textContent);
  }
  return all;
}, parts);

/** The native program's sentence about the id at this byte. */
function versionOf({ spans }, byte) {
  const { meaning } = spans.find(({ at }) => at === byte);
  const version = /: version (\d+)/.exec(meaning);
  return version ? `v${version[1]}` : (/: variant (\w+)/.exec(meaning)?.[1] ?? (/Max/.test(meaning) ? 'max' : 'nil'));
}

const badAt = ({ at, bad_at: badByte }) => badByte ?? at;
/** The page's text behind the verdict's sentence when a part is bad. */
function firstBadOf({ spans }) {
  const bad = spans.find(({ verdict }) => verdict === 'bad');
  return bad ? ` The first byte that does not fit is at offset ${counted(badAt(bad))}.` : '';
}

/** `[byte, sentence]` of everything that is not as it should be, in the order of the input, findings before their parts. */
function problemsOf(native) {
  const problems = [];
  const isProblem = (verdict) => verdict === 'odd' || verdict === 'bad';
  const findings = native.findings.filter(({ verdict }) => isProblem(verdict)).map((finding) => ({ ...finding, byte: finding.at, order: 0 }));
  const spans = native.spans.filter(({ verdict }) => isProblem(verdict)).map((span) => ({ ...span, byte: badAt(span), order: 1 }));
  for (const one of [...findings, ...spans].sort((a, b) => a.at - b.at || a.order - b.order)) problems.push([counted(one.byte), one.meaning]);
  return problems;
}

/** Brings the input (a text is pasted, bytes are dropped) and compares all that the page says of it. `keys`: it is walked through
 *  by real keys. Returns what the native program printed. */
export async function assertAsNative(opened, input, { keys = false } = {}) {
  const { page } = opened;
  const native = inspected(input);
  await bring(page, input);
  if (native.findings.length === 1) await page.waitForFunction((wanted) => document.querySelector('#verdict').textContent === wanted, capital(native.findings[0].meaning) + firstBadOf(native));
  const parts = native.spans.length <= 40 ? native.spans.length : 0;
  const { verdict, ids, findings, problems, details } = await shown(page, keys ? 0 : parts);
  if (native.findings.length === 0) assert.match(verdict, /^Nothing here that metabatch knows/);
  else if (native.findings.length > 1) assert.ok(verdict.startsWith(`${native.findings.length} findings: ${plural(native.ids, 'id')} of ${plural(native.distinct_ids, 'agent')}; `), verdict);
  const shownIds = ids.map(([, uuid, byte, version]) => ({ id: uuid, at: byte, version }));
  const nativeIds = native.findings.flatMap((finding) => finding.ids).map(({ id, at }) => ({ id, at: counted(at), version: versionOf(native, at) }));
  assert.deepEqual(shownIds.slice(0, 5), nativeIds.slice(0, 5));
  if (native.findings.length > 1) {
    const table = findings.map((cells) => [cells[2].replaceAll(' ', '_'), cells[8], cells[9]]);
    assert.deepEqual(table, native.findings.map(({ form, payload_bytes, at }) => [form, counted(payload_bytes), counted(at)]));
  }
  assert.deepEqual(problems.map(([byte, , sentence]) => [byte, sentence]).slice(0, 10), problemsOf(native).slice(0, 10));
  assert.deepEqual(keys ? await walked(page, parts) : details, native.spans.slice(0, parts).map(detailOf));
  assertQuiet(opened);
  return native;
}
