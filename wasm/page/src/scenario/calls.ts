// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';
import { lines, rowsOf } from '../tables';

/** A field of a scenario, as the core tells it: the form has no name, number or sentence of its own. */
export interface Field {
  name: string;
  kind: 'integer' | 'duration' | 'share' | 'choice' | 'list';
  least: string;
  most: string;
  choices: string[];
  isSetting: boolean;
  standard: string;
  help: string;
}
export type Texts = [name: string, text: string][];
export interface Checked {
  /** `[field, sentence]`; empty: it can be simulated. */
  problems: Texts;
  /** All fields as they will run; empty when something is wrong. */
  effective: Texts;
  /** Only those that differ from the defaults. */
  changed: Texts;
}

export interface ScenarioCalls {
  fields: { request: null; answer: Field[] };
  check: { request: { texts: Texts }; answer: Checked };
}

const fieldNames = ['name', 'kind', 'least', 'most', 'choices', 'setting', 'default', 'help'] as const;

/** Text of a field has one line; what a person pasted may have more. */
export function giveTexts(core: Core, texts: Texts): void {
  core.giveText(texts.map(([name, text]) => `${name}\t${text.replaceAll(/[\t\n\r]+/g, ' ')}\n`).join(''));
}
export function readScenario(core: Core, slot: number, texts: Texts): Texts {
  giveTexts(core, texts);
  return lines(core.text('mb_scenario', slot)) as Texts;
}

export const scenarioHandlers: Handlers<ScenarioCalls> = {
  fields: (core) =>
    rowsOf(core.text('mb_fields'), fieldNames).map(({ name, kind, least, most, choices, setting, default: standard, help }) => ({
      name, kind: kind as Field['kind'], least, most, choices: choices === '' ? [] : choices.split(','), isSetting: setting === '1', standard, help,
    })),
  check: (core, { texts }) => {
    const problems = readScenario(core, 0, texts);
    return { problems, effective: lines(core.text('mb_effective', 0)) as Texts, changed: lines(core.text('mb_changed', 0)) as Texts };
  },
};
