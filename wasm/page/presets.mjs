// SPDX-License-Identifier: Apache-2.0
// The scenarios that come with the programs, as the page wants them: texts of fields, by name.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'smol-toml';

/** The keys of a file are names of fields, its sections are their prefixes: docs/scenario-format.md. */
function fieldsOf(table, prefix = '') {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = `${prefix}${key.replaceAll('_', '-')}`;
    if (Array.isArray(value)) return [[name, value.join(',')]];
    if (typeof value === 'object') return fieldsOf(value, `${name}.`);
    return [[name, String(value)]];
  });
}

/** The first paragraph of comments behind the licence; the other comments are for readers of the file. */
function aboutOf(text) {
  const comments = text.split('\n').slice(1).filter((line) => line.startsWith('#')).map((line) => line.slice(1).trim());
  const [about, ...rest] = comments.join('\n').split('\n\n').map((paragraph) => paragraph.replaceAll('\n', ' ').trim());
  return [about, rest.join(' ')];
}

/** `[{ name, about, more, fields: [[name, text], ...] }, ...]`, the headline fleet first. */
export async function presets(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.toml')).sort();
  const all = await Promise.all(files.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    const [about, more] = aboutOf(text);
    return { name: file.replace('.toml', ''), about, more, fields: fieldsOf(parse(text)) };
  }));
  return all.sort((a, b) => Number(b.name === 'headline') - Number(a.name === 'headline'));
}
