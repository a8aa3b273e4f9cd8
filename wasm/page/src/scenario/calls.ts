// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';

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
  troubles: Texts;
  /** All fields as they will run; empty when something is wrong. */
  effective: Texts;
  /** Only those that differ from the defaults. */
  changed: Texts;
}

export interface ScenarioCalls {
  fields: { ask: null; answer: Field[] };
  check: { ask: { texts: Texts }; answer: Checked };
}

const lines = (text: string) => text.split('\n').slice(0, -1).map((line) => line.split('\t'));

/** Text of a field has one line; what a person pasted may have more. */
export function giveTexts(core: Core, texts: Texts): void {
  core.giveText(texts.map(([name, text]) => `${name}\t${text.replaceAll(/[\t\n\r]+/g, ' ')}\n`).join(''));
}
export function readScenario(core: Core, slot: number, texts: Texts): Texts {
  giveTexts(core, texts);
  return lines(core.text('mb_scenario', slot)) as Texts;
}

export const scenarioHandlers: Handlers<keyof ScenarioCalls> = {
  fields: (core) =>
    lines(core.text('mb_fields')).map(([name, kind, least, most, choices, isSetting, standard, help]) => ({
      name: name!, kind: kind as Field['kind'], least: least!, most: most!, choices: choices === '' ? [] : choices!.split(','), isSetting: isSetting === '1', standard: standard!, help: help!,
    })),
  check: (core, { texts }) => {
    const troubles = readScenario(core, 0, texts);
    return { troubles, effective: lines(core.text('mb_effective', 0)) as Texts, changed: lines(core.text('mb_changed', 0)) as Texts };
  },
};
