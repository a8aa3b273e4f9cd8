// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';

/** Names of the enums of inspect.hpp by their values, as the module tells them. */
export interface Names {
  form: string[];
  wrapping: string[];
  channel: string[];
  kind: string[];
  verdict: string[];
  variant: string[];
  note: string[];
  channel_default: string[];
}
export interface Limits {
  inputBytes: number;
  notifyBytes: number;
  idSymbols: number;
  defaultBudget: number;
  leastBudget: number;
  uuidCharacters: number;
}
/** The tables of wasm/api.cpp as they are; result.ts reads them. */
export interface Tables {
  head: Uint32Array;
  spans: Uint32Array;
  ids: Uint32Array;
  idText: Uint8Array;
  findings: Uint32Array;
}

export interface InspectorCalls {
  facts: { ask: null; answer: { names: Names; limits: Limits } };
  /** Looks at something made up, so that the browser has compiled all of it well before there is something real. */
  warm: { ask: null; answer: null };
  inspect: { ask: { bytes: Uint8Array }; answer: Tables };
  describe: { ask: { what: 'finding' | 'span'; indexes: number[] }; answer: string[] };
  /** The ids that a text names in any form, without a change of what is inspected. */
  readIds: { ask: { text: string }; answer: string[] };
  encode: { ask: { uuids: string; budget: number; sorted: boolean }; answer: string[] };
}

function namesOf(core: Core): Names {
  const lines = core.text('mb_names').split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
  return Object.fromEntries(lines.map(([title, ...names]) => [title, names])) as unknown as Names;
}

function limitsOf(core: Core): Limits {
  const [inputBytes, notifyBytes, idSymbols, defaultBudget, leastBudget, uuidCharacters] = core.numbers('mb_limits') as unknown as number[];
  return { inputBytes, notifyBytes, idSymbols, defaultBudget, leastBudget, uuidCharacters } as Limits;
}

function cut(text: string, size: number): string[] {
  return Array.from({ length: text.length / size }, (_, at) => text.slice(at * size, (at + 1) * size));
}

export const inspectorHandlers: Handlers<keyof InspectorCalls> = {
  facts: (core) => ({ names: namesOf(core), limits: limitsOf(core) }),
  warm: (core) => {
    const ids = Array.from({ length: 2000 }, (_, at) => String(at * 7919).padStart(21, 'metabatch+/0ABCxyz').concat('A')).join('');
    const text = `${ids}\n${'2026-01-02 LOG:  statement: NOTIFY x, \'metabatch\'\n'.repeat(200)}`;
    for (let round = 0; round < 3; ++round) {
      core.giveText(text);
      for (const name of ['mb_inspect', 'mb_spans', 'mb_ids', 'mb_id_text', 'mb_findings']) core.call(name);
    }
    return null;
  },
  inspect: (core, { bytes }) => {
    core.give(bytes);
    const head = core.numbers('mb_inspect');
    return { head, spans: core.numbers('mb_spans'), ids: core.numbers('mb_ids'), idText: core.bytes('mb_id_text'), findings: core.numbers('mb_findings') };
  },
  describe: (core, { what, indexes }) => indexes.map((index) => core.text(`mb_describe_${what}`, index)),
  readIds: (core, { text }) => {
    core.giveText(text);
    return cut(core.text('mb_read_ids'), limitsOf(core).uuidCharacters);
  },
  encode: (core, { uuids, budget, sorted }) => {
    core.giveText(uuids);
    return core.text('mb_encode', budget, Number(sorted)).split('\n').slice(0, -1);
  },
};
