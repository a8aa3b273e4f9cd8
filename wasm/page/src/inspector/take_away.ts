// SPDX-License-Identifier: Apache-2.0
/** The ids in the forms that other tools take. UUIDs are hex digits and hyphens, so nothing here needs an escape. */

export type Form = 'uuids' | 'sql' | 'json' | 'notify';
export const forms: [Form, string, string][] = [
  ['uuids', 'UUIDs', 'one a line'],
  ['sql', 'SQL IN', "IN ('…', …)"],
  ['json', 'JSON', '["…", …]'],
  ['notify', 'NOTIFY', 'psql statements, one a chunk'],
];

export function written(form: Exclude<Form, 'notify'>, uuids: readonly string[]): string {
  if (form === 'uuids') return uuids.map((uuid) => `${uuid}\n`).join('');
  if (form === 'json') return `${JSON.stringify(uuids)}\n`;
  return `IN (${uuids.map((uuid) => `'${uuid}'`).join(', ')})`;
}

export function notifies(channel: string, chunks: readonly string[]): string {
  return chunks.map((chunk) => `NOTIFY ${channel}, '${chunk}';\n`).join('');
}
