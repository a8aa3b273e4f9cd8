// SPDX-License-Identifier: Apache-2.0
/** A scenario as the native program takes it: as a command line, and as a file (docs/scenario-format.md). */
import type { Field, Texts } from '../scenario/calls';

const quoted = (text: string) => (/^[\w.:=,+%@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const sets = (texts: Texts) => texts.map(([name, text]) => ` --set ${quoted(`${name}=${text}`)}`).join('');

export const failIfFlags = (conditions: readonly string[]) => conditions.map((one) => ` --fail-if ${quoted(one)}`).join('');

/** A line for A, and one for B where it has settings of its own.
 *  @shape changed: the fields that differ from the defaults; where a scenario was chosen, its name says them */
export function commandLines(preset: string, changed: Texts, b: Texts | undefined, recording: string | undefined, conditions: readonly string[]): string {
  const base = `metabatch simulate${preset ? ` ${preset}` : sets(changed)}${recording === undefined ? '' : ` --recording ${quoted(recording)}`}`;
  const failIf = failIfFlags(conditions);
  return `${base}${failIf}\n${b ? `${base}${sets(b)}${failIf}\n` : ''}`;
}

export function scenarioFile(about: string, texts: Texts, fields: readonly Field[]): string {
  const kinds = new Map(fields.map(({ name, kind }) => [name, kind]));
  const string = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const valueOf = (name: string, text: string) => (kinds.get(name) === 'integer' ? text : kinds.get(name) === 'list' ? `[${text.split(',').map((one) => string(one.trim())).join(', ')}]` : string(text));
  const sections = new Map<string, string>([['', '']]);
  for (const [name, text] of texts) {
    const at = name.indexOf('.');
    const section = at < 0 ? '' : name.slice(0, at);
    sections.set(section, `${sections.get(section) ?? ''}${name.slice(at + 1)} = ${valueOf(name, text)}\n`);
  }
  return `# ${about}\n${[...sections].map(([section, lines]) => (section ? `\n[${section}]\n` : '') + lines).join('')}`;
}
