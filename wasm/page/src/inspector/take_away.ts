// SPDX-License-Identifier: Apache-2.0
/** The ids in the forms that other tools take. UUIDs are hex digits and hyphens, so nothing here needs an escape. */

export type Form = 'uuids' | 'sql' | 'json' | 'notify';
export const forms: [Form, string, string][] = [
  ['uuids', 'UUIDs', 'one a line'],
  ['sql', 'SQL IN', "IN ('…', …)"],
  ['json', 'JSON', '["…", …]'],
  ['notify', 'NOTIFY', 'psql statements, one a chunk'],
];

export const line = (uuid: string) => `${uuid}\n`;
const listed = (quote: string) => (uuid: string) => `${quote}${uuid}${quote}, `;
const cut = (text: string) => text.slice(0, -2); // the last comma

/** What is written of each id, and of all of them. */
export const writers: Record<Form, { each: (uuid: string) => string; whole: (text: string) => string }> = {
  uuids: { each: line, whole: (text) => text },
  sql: { each: listed("'"), whole: (text) => `IN (${cut(text)})` },
  json: { each: listed('"'), whole: (text) => `[${cut(text)}]\n` },
  notify: { each: line, whole: (text) => text },
};

export function notifies(channel: string, chunks: readonly string[]): string {
  return chunks.map((chunk) => `NOTIFY ${channel}, '${chunk}';\n`).join('');
}
