// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import { settingText } from '../numbers';
import type { Checked, Field } from './calls';
import type { Model } from './model';
import { presets } from './presets';

/** Fields come in reading order: so many of a group are always in sight, the rest opens. */
const kInSight = 6;
const kNarrow = '(max-width: 60rem)'; // there the form is above what it leads to, so it is closed at first
const groups: [key: string, title: string, holds: (field: Field) => boolean][] = [
  ['fleet', 'Fleet', ({ name }) => name.startsWith('fleet.')],
  ['settings', 'Settings of the batcher', ({ isSetting }) => isSetting],
  ['store', 'Database', ({ name }) => name.startsWith('store.')],
  ['run', 'Run', () => true],
];

type Entry = HTMLInputElement | HTMLSelectElement;
interface Row {
  field: Field;
  element: HTMLElement;
  a: Entry;
  b: Entry | undefined;
  problem: HTMLElement;
}

/** `fleet.value-bytes-least` in words. */
export function wordsOf(name: string): string {
  const words = name.replace(/^(fleet|store)\./, '').replaceAll(/[.-]/g, ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}

let made = 0;

/** The form of a scenario: what is in it, and what is wrong with it, is said by the core. */
export class ScenarioForm {
  readonly element: HTMLElement;
  private readonly id = `form${++made}`;
  private readonly rows: Row[] = [];
  private readonly preset = h('select', { id: `${this.id}-preset` });
  private readonly about = h('p', { class: 'muted about-preset' });
  private readonly outcome = h('p', { class: 'form-problem', role: 'alert' });

  constructor(
    private readonly model: Model,
    fields: Field[],
    private readonly canCompare: boolean,
    extra?: HTMLElement,
  ) {
    this.preset.append(h('option', { value: '' }, 'your own'), ...presets.map(({ name }) => h('option', { value: name }, name)));
    this.preset.addEventListener('change', () => model.takePreset(this.preset.value));
    const chooser = h('div', { class: 'preset' }, h('label', { for: this.preset.id }, 'Scenario'), this.preset, this.about);
    let left = fields;
    const sections = groups.map(([key, title, holds]) => {
      const mine = left.filter(holds);
      left = left.filter((field) => !holds(field));
      return this.group(key, title, mine);
    });
    const all = h('details', { class: 'all-fields', open: !matchMedia(kNarrow).matches }, h('summary', {}, 'Fleet, settings and database'), ...sections);
    this.element = h('div', { class: 'scenario-form' }, chooser, extra, this.outcome, all);
    this.show();
  }

  /** Puts the model into the fields. */
  show(): void {
    const { model } = this;
    this.element.classList.toggle('comparing', this.canCompare && model.b !== undefined);
    this.preset.value = model.preset;
    const preset = presets.find(({ name }) => name === model.preset);
    this.about.textContent = preset?.about ?? '';
    this.about.title = preset?.more ?? '';
    for (const { field, element, a, b } of this.rows) {
      const text = model.a.get(field.name);
      fill(a, text ?? (a instanceof HTMLSelectElement ? field.standard : ''));
      if (b) {
        fill(b, model.b?.get(field.name) ?? '');
        b.hidden = model.b === undefined;
      }
      element.classList.toggle('changed', text !== undefined);
    }
  }

  /** What is wrong beside each field; the values that defaults come to where nothing was entered. */
  judge({ problems, effective }: Checked, slot: 'a' | 'b' = 'a'): void {
    const values = new Map(effective);
    const unplaced: string[] = [];
    if (slot === 'a') for (const row of this.rows) this.mark(row, row.a, '');
    for (const [name, sentence] of problems) {
      const row = this.rows.find(({ field }) => field.name === name);
      if (!row) unplaced.push(sentence);
      else {
        this.mark(row, slot === 'b' && row.b && this.model.b?.has(name) ? row.b : row.a, sentence);
        for (let around = row.element.closest('details'); around; around = around.parentElement!.closest('details')) around.open = true;
      }
    }
    this.outcome.textContent = unplaced.join(' ');
    for (const { field, a, b } of this.rows) {
      const entry = slot === 'a' ? a : b;
      const value = values.get(field.name);
      if (entry instanceof HTMLInputElement && value !== undefined) entry.placeholder = settingText(value, field.name) || 'none';
    }
  }

  focusFirstProblem(): void {
    this.element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private mark(row: Row, entry: Entry, sentence: string): void {
    row.problem.textContent = sentence;
    for (const one of [row.a, row.b]) one?.setAttribute('aria-invalid', String(one === entry && sentence !== ''));
  }

  private group(key: string, title: string, fields: Field[]): HTMLElement {
    const rows = fields.map((field) => this.row(field));
    this.rows.push(...rows);
    const elements = rows.map(({ element }) => element);
    const rest = elements.slice(kInSight);
    const heads = key === 'settings' && this.canCompare ? h('div', { class: 'ab-heads', 'aria-hidden': 'true' }, h('span', {}, 'A'), h('span', {}, 'B')) : null;
    const more = rest.length > 0 && h('details', { class: 'more' }, h('summary', {}, `${rest.length} more of the ${title.toLowerCase()}`), ...rest);
    return h('fieldset', { class: `group group-${key}` }, h('legend', {}, title), heads, ...elements.slice(0, kInSight), more);
  }

  private row(field: Field): Row {
    const id = `${this.id}-${field.name.replaceAll('.', '-')}`;
    const help = h('span', { class: 'help', id: `${id}-help` }, field.help);
    const problem = h('span', { class: 'problem', id: `${id}-problem` });
    const a = this.entry(field, 'a', id);
    const b = field.isSetting && this.canCompare ? this.entry(field, 'b', `${id}-b`) : undefined;
    b?.setAttribute('aria-label', `${wordsOf(field.name)} of B`);
    const element = h('div', { class: 'field', 'data-field': field.name, title: field.help }, h('label', { for: id }, wordsOf(field.name)), a, b, help, problem);
    return { field, element, a, b, problem };
  }

  private entry(field: Field, slot: 'a' | 'b', id: string): Entry {
    const describedBy = { id, 'aria-describedby': `${this.id}-${field.name.replaceAll('.', '-')}-help ${this.id}-${field.name.replaceAll('.', '-')}-problem` };
    const choices = slot === 'b' ? [h('option', { value: '' }, 'as A')] : [];
    const entry =
      field.kind === 'choice'
        ? h('select', describedBy, ...choices, ...field.choices.map((choice) => h('option', { value: choice }, choice.replaceAll('_', ' '))))
        : h('input', { ...describedBy, type: 'text', inputmode: field.kind === 'integer' ? 'numeric' : undefined, placeholder: settingText(field.standard, field.name), autocomplete: 'off', spellcheck: 'false' });
    entry.addEventListener('change', () => {
      const isStandard = slot === 'a' && field.kind === 'choice' && entry.value === field.standard;
      this.model.set(slot, field.name, isStandard ? '' : asRead(field.kind, entry.value));
    });
    return entry;
  }
}

/** Numbers and times as the page prints them ("100,000", "5 s", "2:05") as the core reads them. */
export function asRead(kind: Field['kind'], text: string): string {
  if (kind === 'list' || kind === 'choice') return text;
  const plain = text.trim().replaceAll(/(?<=\d)[, \u2009\u202f](?=\d{3}(?!\d))/g, '').replaceAll(/(?<=\d)\s+(?=[a-zµμ%])/gi, '');
  const clock = kind === 'duration' && /^(?:(\d+):)?(\d{1,2}):(\d{2})$/.exec(plain);
  return clock ? `${clock[1] ? `${clock[1]}h` : ''}${clock[2]}m${clock[3]}s` : plain;
}

/** A field that a person is typing in keeps the caret. */
function fill(entry: Entry, text: string): void {
  if (entry.value !== text) entry.value = text;
}
