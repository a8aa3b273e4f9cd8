// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import { changeText, counted, numberText, percentText, spanText } from '../numbers';
import type { Finding, Outcome, State, Threshold } from './calls';

interface Figure {
  key: string;
  label: string;
  value: (outcome: Outcome, state: State) => string;
  note: (outcome: Outcome, state: State) => string;
  isBad?: (outcome: Outcome) => boolean;
  /** What B is compared with A by, in per cent. */
  number?: (outcome: Outcome) => number;
  /** Thresholds on these figures stand in the tile, also on those that no chart has a line for. */
  limits: RegExp;
}
const sum = ({ db_writes_per_s, notifies_per_s }: { db_writes_per_s: number; notifies_per_s: number }) => db_writes_per_s + notifies_per_s;
/** For sentences. */
export const savedWords = ({ saved }: State) => (Number.isNaN(saved) ? '' : `${percentText(saved)} saved`);
export const droppedOf = ({ dropped: { full, agent_full, closed } }: Outcome) => full + agent_full + closed;

const figures: Figure[] = [
  { key: 'saved', limits: /^saved$/, label: 'Saved by batching', value: (_, { saved }) => percentText(saved), note: (_, { saved }) => (Number.isNaN(saved) ? 'known where all that arrives is written' : 'of all UPDATEs and NOTIFYs') },
  { key: 'writes', limits: /^(db_writes|notifies)_per_s$/, label: 'UPDATEs + NOTIFYs a second', value: (outcome) => numberText(sum(outcome)), note: ({ unbatched }) => `instead of ${numberText(sum(unbatched))}`, number: sum },
  { key: 'delay', limits: /^delay\./, label: 'Delay p99', value: ({ delay_s }) => spanText(delay_s.p99), note: ({ delay_s }) => `p50 ${spanText(delay_s.p50)}, longest ${spanText(delay_s.max)}`, number: ({ delay_s }) => delay_s.p99 },
  { key: 'age', limits: /^age\./, label: 'Age p99', value: ({ age_s }) => spanText(age_s.p99), note: ({ age_s }) => `of what a watcher sees; p50 ${spanText(age_s.p50)}, oldest ${spanText(age_s.max)}`, number: ({ age_s }) => age_s.p99 },
  { key: 'dropped', limits: /^dropped/, label: 'Dropped', value: (outcome) => counted(droppedOf(outcome)), note: ({ offered }) => `of ${counted(offered)} updates`, isBad: (outcome) => droppedOf(outcome) > 0, number: droppedOf },
  { key: 'failed', limits: /^flush_failures$/, label: 'Failed flushes', value: ({ flush_failures }) => counted(flush_failures), note: ({ flushes, flush_failures }) => `of ${counted(flushes.capacity + flushes.scheduled + flushes.shutdown + flush_failures)} attempts`, isBad: ({ flush_failures }) => flush_failures > 0, number: ({ flush_failures }) => flush_failures },
];

/** The figures an operator looks for, and what they mean in words. */
export class Figures {
  readonly element: HTMLElement;
  private readonly tiles = h('dl', { class: 'tiles' });
  private readonly words = h('div', { class: 'words' });
  thresholds: readonly Threshold[] = [];

  constructor() {
    this.element = h('section', { class: 'figures', 'aria-label': 'Results' }, this.tiles, this.words);
  }

  show(states: readonly State[]): void {
    this.tiles.replaceChildren(...figures.map((figure) => tile(figure, states, this.thresholds)));
    this.words.replaceChildren(...states.map((state, slot) => sentences(state, states.length > 1 ? 'AB'[slot]! : '')));
    this.words.classList.toggle('two', states.length > 1);
  }
}

function tile(figure: Figure, states: readonly State[], thresholds: readonly Threshold[]): HTMLElement {
  const against = ({ outcome }: State, slot: number) => (slot === 1 && figure.number ? differenceText(figure.number(states[0]!.outcome), figure.number(outcome)) : '');
  const limits = ({ missed }: State) => thresholds.flatMap(({ figure: name, text, problem }, at) => (problem === '' && figure.limits.test(name) ? [h('span', { class: `limit ${missed[at] ? 'missed' : ''}` }, `fails if ${text}`)] : []));
  const values = states.map(({ outcome }, slot) =>
    h('dd', { class: `value ${figure.isBad?.(outcome) ? 'bad' : ''}` }, states.length > 1 && h('span', { class: 'slot-name' }, 'AB'[slot]!), h('span', { class: 'big' }, figure.value(outcome, states[slot]!)), h('span', { class: 'note' }, figure.note(outcome, states[slot]!)), h('span', { class: 'difference' }, against(states[slot]!, slot)), ...limits(states[slot]!)),
  );
  return h('div', { class: 'tile', 'data-figure': figure.key }, h('dt', {}, figure.label), ...values);
}

/** `-79 % against A`; nothing where A is 0 or both are equal. */
function differenceText(a: number, b: number): string {
  if (!(a > 0) || !Number.isFinite(b) || a === b) return '';
  return `${changeText(b / a - 1)} against A`;
}

export function findingItem({ isWarning, sentence, kind }: Finding): HTMLElement {
  return h('li', { class: isWarning ? 'warning' : 'reason', 'data-kind': kind }, h('span', { class: 'sign', 'aria-hidden': 'true' }, isWarning ? '!' : '·'), h('span', {}, isWarning && h('span', { class: 'visually-hidden' }, 'Warning: '), sentence));
}

function sentences({ findings, outcome }: State, name: string): HTMLElement {
  const nothing = findings.length === 0 && outcome.offered === 0 ? [h('li', { class: 'reason' }, 'No updates arrived.')] : [];
  return h('ul', { class: 'findings-words', 'aria-label': name ? `Findings of ${name}` : 'Findings' }, name && h('li', { class: 'slot-name' }, name), ...findings.map(findingItem), ...nothing);
}
