// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import type { State, Threshold } from './calls';
import { counted } from '../numbers';

const kBetween = ';';

/** Conditions that the results must not meet, as `--fail-if` takes them, and whether they do. */
export class ThresholdsView {
  readonly element: HTMLElement;
  onChange: (conditions: string[]) => void = () => {};
  private readonly field = h('input', { type: 'text', id: 'fail-if', placeholder: 'delay.p99>5s; dropped>0', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'fail-if-help fail-if-problem' });
  private readonly problem = h('p', { class: 'problem', id: 'fail-if-problem', role: 'alert' });
  private readonly verdicts = h('ul', { class: 'verdicts', 'aria-label': 'Verdicts' });
  private thresholds: readonly Threshold[] = [];

  constructor() {
    const help = h('span', { class: 'muted', id: 'fail-if-help' }, 'A figure of the result such as delay.p99, age.p99, dropped, saved or held; > >= < <= == or !=; a value. Several with ; between.');
    this.element = h('section', { class: 'panel thresholds', 'aria-label': 'Thresholds' }, h('div', { class: 'asked' }, h('label', { for: 'fail-if' }, 'Fail if'), this.field, help), this.problem, this.verdicts);
    this.field.addEventListener('change', () => this.onChange(this.field.value.replaceAll(/\s/g, ' ').split(kBetween).map((one) => one.trim()).filter(Boolean)));
  }

  /** The conditions as the core has read them. */
  take(thresholds: readonly Threshold[]): void {
    this.thresholds = thresholds;
    const text = thresholds.map(({ given }) => given).join(`${kBetween} `);
    if (document.activeElement !== this.field) this.field.value = text;
    const wrong = thresholds.find(({ problem }) => problem !== '');
    this.field.setAttribute('aria-invalid', String(wrong !== undefined));
    this.problem.replaceChildren(...(wrong ? [marked(wrong), ` At character ${counted(wrong.at + 1)}: ${wrong.problem}.`] : []));
  }

  show(states: readonly State[]): void {
    const isJudged = this.thresholds.every(({ problem }) => problem === '');
    const items = isJudged ? states.flatMap((state, slot) => this.thresholds.map((one, at) => verdict(one, state, at, states.length > 1 ? 'AB'[slot]! : ''))) : [];
    this.verdicts.replaceChildren(...items);
  }

  /** `1 of 2 thresholds missed`; empty: there are none. */
  words({ missed }: State): string {
    return missed.length > 0 ? `${missed.filter(Boolean).length} of ${missed.length} thresholds missed` : '';
  }
}

/** The condition with its wrong part marked. */
function marked({ given, at, size }: Threshold): HTMLElement {
  return h('code', {}, given.slice(0, at), h('mark', {}, given.slice(at, at + size) || '\u00a0'), given.slice(at + size));
}

function verdict({ text }: Threshold, { missed, isFinished }: State, at: number, name: string): HTMLElement {
  const isMissed = missed[at] !== '';
  return h('li', { class: isMissed ? 'missed' : 'kept' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, isMissed ? '▲' : '●'), h('span', {}, name && h('span', { class: 'slot-name' }, `${name} `), `${isMissed ? 'missed' : 'kept'}${isFinished ? '' : ' so far'}: ${isMissed ? missed[at] : text}`));
}
