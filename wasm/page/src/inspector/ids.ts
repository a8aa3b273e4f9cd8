// SPDX-License-Identifier: Apache-2.0
import { copyFrom } from '../copied';
import { h, type Child } from '../dom';
import type { CoreWorker } from '../core_worker';
import { Grid } from '../grid';
import type { Link } from './link';
import type { Result } from './result';
import { counted } from '../numbers';

type Which = 'all' | 'first' | 'again' | 'odd';
const choices: [Which, string][] = [
  ['all', 'All'],
  ['first', 'Each agent once'],
  ['again', 'Named before'],
  ['odd', 'Not as usual'],
];

/** The list of ids, its visible part, and its link with the bytes. */
export class IdsView {
  readonly element: HTMLElement;
  /** Called when other ids are shown. */
  onChange: () => void = () => {};
  private readonly grid: Grid;
  private readonly filter = h('input', { type: 'search', id: 'filter', placeholder: 'Filter: a UUID in any form, or a part of it', spellcheck: 'false', autocomplete: 'off', 'aria-label': 'Filter ids by UUID' });
  private readonly which = h('select', { id: 'which', 'aria-label': 'Which ids' }, ...choices.map(([value, text]) => h('option', { value }, text)));
  private readonly outcome = h('p', { class: 'muted outcome', role: 'status' });
  private result: Result | undefined;
  private shown: readonly number[] | undefined; // undefined: all of them
  private asked = 0;

  constructor(
    private readonly link: Link,
    private readonly worker: CoreWorker,
  ) {
    this.grid = new Grid({
      label: 'Ids',
      class: 'ids',
      columns: ['#', 'Agent', 'Byte', 'UUID', 'Remarks'].map((title, at) => ({ title, class: ['n', 'uuid', 'n', 'version', 'tags'][at]! })),
      cells: (row) => this.cells(this.idAt(row)),
      mark: (row) => this.mark(this.idAt(row)),
      onPick: (row) => this.link.pick(this.result!.id(this.idAt(row)).span, 'ids'),
      onHover: (row) => this.link.hover(row === undefined ? undefined : this.result!.id(this.idAt(row)).span, 'ids'),
      textOf: (row) => this.result!.uuid(this.idAt(row)),
      onCell: (row, column, cell) => column === 'uuid' && void copyFrom(cell, this.result!.uuid(this.idAt(row))),
    });
    this.element = h('div', { class: 'ids-view' }, h('div', { class: 'tools' }, this.filter, this.which), this.outcome, this.grid.element);
    this.filter.addEventListener('input', () => void this.apply());
    this.which.addEventListener('change', () => void this.apply());
    link.onHover(() => this.remark());
    link.onPick((span, origin) => {
      if (span !== undefined && origin !== 'ids') this.follow(span);
      this.remark();
    });
  }

  show(result: Result | undefined): void {
    this.result = result;
    void this.apply();
  }

  /** How many ids pass the filter, and which they are, in order. */
  get count(): number {
    return this.shown?.length ?? this.result?.idCount ?? 0;
  }
  idAt(row: number): number {
    return this.shown ? this.shown[row]! : row;
  }

  private async apply(): Promise<void> {
    const { result } = this;
    const turn = ++this.asked;
    const text = this.filter.value.trim();
    const wanted = text.length < 22 || !result ? [] : await this.worker.call('readIds', { text });
    if (turn !== this.asked) return;
    this.shown = result ? this.matching(result, text.toLowerCase(), wanted) : [];
    this.grid.setCount(this.count);
    this.outcome.textContent = result ? this.say(text, wanted) : '';
    if (this.link.picked !== undefined) this.follow(this.link.picked);
    this.onChange();
  }

  private matching(result: Result, text: string, wanted: string[]): number[] | undefined {
    const which = this.which.value as Which;
    if (text === '' && which === 'all') return undefined;
    const named = text === '' ? [] : wanted.length > 0 ? wanted.flatMap((uuid) => result.idsWith(uuid)).sort((a, b) => a - b) : result.idsWith(text);
    const all = text === '' ? Array.from({ length: result.idCount }, (_, at) => at) : [...new Set(named)];
    if (which === 'first') return all.filter((at) => result.id(at).first === at);
    if (which === 'again') return all.filter((at) => result.id(at).first !== at);
    return which === 'odd' ? all.filter((at) => result.span(result.id(at).span).verdict !== 'good') : all;
  }

  private say(text: string, wanted: string[]): string {
    const all = this.result!.idCount;
    if (text === '' && this.which.value === 'all') return all === this.result!.distinct ? counted(all, 'id') : `${counted(all, 'id')} of ${counted(this.result!.distinct, 'agent')}`;
    if (this.count > 0) return `${counted(this.count)} of ${counted(all, 'id')}`;
    return wanted.length === 1 ? `${wanted[0]} is not among the ${counted(all, 'id')}` : `none of ${counted(all, 'id')}`;
  }

  private cells(at: number): Child[] {
    const id = this.result!.id(at);
    const span = this.result!.span(id.span);
    const uuid = this.result!.uuid(at);
    const isNil = /^[0-]+$/.test(uuid);
    const isMax = /^[f-]+$/.test(uuid);
    const isOdd = id.variant === 'RFC 9562' && !isNil && (id.version === 0 || id.version > 8);
    const tags = [!id.canonical && 'not canonical', isNil && 'nil', isMax && 'Max UUID', isOdd && 'version not defined', id.first !== at && `again, as #${counted(id.first + 1)}`];
    const version = isNil ? 'nil' : isMax ? 'max' : id.variant === 'RFC 9562' ? `v${id.version}` : id.variant;
    return [counted(at + 1), h('span', { title: 'Click to copy' }, uuid), counted(span.at), version, h('span', {}, ...tags.filter(Boolean).map((tag) => h('span', { class: 'tag odd' }, String(tag))))];
  }

  private mark(at: number): string {
    const { span } = this.result!.id(at);
    return this.link.isOn(span) ? 'on' : '';
  }
  private remark(): void {
    for (const [row, at] of this.grid.drawn()) row.classList.toggle('on', at < this.count && this.mark(this.idAt(at)) !== '');
  }

  private follow(span: number): void {
    const { id } = this.result?.span(span) ?? {};
    const row = id === undefined ? -1 : this.shown ? this.shown.indexOf(id) : id;
    if (row >= 0) this.grid.activate(row);
    this.grid.refresh();
  }
}
