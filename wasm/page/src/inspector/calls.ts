// SPDX-License-Identifier: Apache-2.0
import type { Handlers } from '../job';
import type { Core } from '../module';
import { lines, type Columns } from '../tables';

/** Names of the enums of inspect.hpp by their values, as the core reports them. */
export interface Names {
  form: string[];
  wrapping: string[];
  channel: string[];
  container: string[];
  reading: string[];
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
export const limitNames = ['input_bytes', 'notify_bytes', 'id_symbols', 'default_budget', 'least_budget', 'uuid_characters'] as const;
export const inspectionNames = ['spans', 'ids', 'findings', 'alternatives', 'container', 'notes', 'distinct', 'read_bytes', 'good', 'odd', 'bad', 'payload_bytes', 'unreadable', 'first_bad'] as const;
export const spanNames = ['at', 'length', 'kind', 'verdict', 'finding', 'id', 'bad_at'] as const;
export const idNames = ['span', 'finding', 'first', 'canonical', 'version', 'variant'] as const;
export const findingNames = ['form', 'wrapping', 'channel', 'verdict', 'notes', 'at', 'length', 'payload_bytes', 'first_span', 'spans', 'first_id', 'ids', 'unreadable', 'duplicates'] as const;

export const problemNames = ['is_span', 'index'] as const;
const comparedNames = ['here', 'there', 'both'] as const;
export const alternativeNames = ['reading', 'at', 'length', 'ids', 'lines'] as const;

/** A table of the core: its numbers, and where its columns are. */
export interface Table<N extends string> {
  numbers: Uint32Array;
  columns: Columns<N>;
}
export interface Tables {
  head: Record<(typeof inspectionNames)[number], number>;
  spans: Table<(typeof spanNames)[number]>;
  ids: Table<(typeof idNames)[number]>;
  idText: Uint8Array;
  findings: Table<(typeof findingNames)[number]>;
  alternatives: Table<(typeof alternativeNames)[number]>;
  problems: Table<(typeof problemNames)[number]>;
}

/** Agents that only the inspected input names, that only the other one names, and that both do. */
export interface Compared {
  here: number;
  there: number;
  both: number;
  ids: Uint8Array;
}

export interface InspectorCalls {
  facts: { request: null; answer: { names: Names; limits: Limits } };
  /** Inspects an invented input, so that the browser compiles the code before the first real input. */
  warm: { request: null; answer: null };
  inspect: { request: { bytes: Uint8Array }; answer: Tables };
  describe: { request: { what: 'finding' | 'span' | 'alternative'; indexes: number[] }; answer: string[] };
  /** The input with the bytes of an alternative replaced by what it gives. */
  alternative: { request: { bytes: Uint8Array; index: number; at: number; length: number }; answer: { bytes: Uint8Array } };
  /** The ids that a text names in any form, without a change of what is inspected. */
  readIds: { request: { text: string }; answer: string[] };
  /** Compares the agents of the inspected input with those of another: ids are those missing there, then those missing here. */
  compare: { request: { bytes: Uint8Array }; answer: Compared };
  encode: { request: { uuids: string; budget: number; sorted: boolean }; answer: string[] };
}

function namesOf(core: Core): Names {
  return Object.fromEntries(lines(core.text('mb_names')).map(([title, ...names]) => [title, names])) as unknown as Names;
}

function limitsOf(core: Core): Limits {
  const limits = core.row('limits', limitNames, core.numbers('mb_limits'))!;
  return {
    inputBytes: limits.input_bytes, notifyBytes: limits.notify_bytes, idSymbols: limits.id_symbols, defaultBudget: limits.default_budget,
    leastBudget: limits.least_budget, uuidCharacters: limits.uuid_characters,
  };
}

function tablesOf(core: Core, head: Tables['head']): Tables {
  return {
    head,
    spans: { numbers: core.numbers('mb_spans'), columns: core.columns('span', spanNames) },
    ids: { numbers: core.numbers('mb_ids'), columns: core.columns('id', idNames) },
    idText: core.bytes('mb_id_text'),
    findings: { numbers: core.numbers('mb_findings'), columns: core.columns('finding', findingNames) },
    alternatives: { numbers: core.numbers('mb_alternatives'), columns: core.columns('alternative', alternativeNames) },
    problems: { numbers: core.numbers('mb_problems'), columns: core.columns('problem', problemNames) },
  };
}

function cut(text: string, size: number): string[] {
  return Array.from({ length: text.length / size }, (_, at) => text.slice(at * size, (at + 1) * size));
}

export const inspectorHandlers: Handlers<InspectorCalls> = {
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
    return tablesOf(core, core.row('inspection', inspectionNames, core.numbers('mb_inspect'))!);
  },
  describe: (core, { what, indexes }) => indexes.map((index) => core.text(`mb_describe_${what}`, index)),
  alternative: (core, { bytes, index, at, length }) => {
    core.give(bytes);
    const taken = core.bytes('mb_alternative_text', index);
    const all = new Uint8Array(bytes.length - length + taken.length);
    all.set(bytes.subarray(0, at));
    all.set(taken, at);
    all.set(bytes.subarray(at + length), at + taken.length);
    return { bytes: all };
  },
  readIds: (core, { text }) => {
    core.giveText(text);
    return cut(core.text('mb_read_ids'), limitsOf(core).uuidCharacters);
  },
  compare: (core, { bytes }) => {
    core.give(bytes);
    const counts = core.row('compared', comparedNames, core.numbers('mb_compare'))!;
    return { ...counts, ids: core.bytes('mb_compared_ids') };
  },
  encode: (core, { uuids, budget, sorted }) => {
    core.giveText(uuids);
    return core.text('mb_encode', budget, Number(sorted)).split('\n').slice(0, -1);
  },
};
