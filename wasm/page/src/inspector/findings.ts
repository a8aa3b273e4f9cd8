// SPDX-License-Identifier: Apache-2.0
import { h, type Child } from '../dom';
import { Grid } from '../grid';
import type { Link } from './link';
import type { Result } from './result';
import { verdictMark } from './problems';
import { counted } from '../numbers';

const kRowsInSight = 6; // the bytes below matter more

const columns: [string, string][] = [
  ['#', 'n'],
  ['Verdict', 'sign'],
  ['Form', 'form'],
  ['In', 'wrapping'],
  ['Channel', 'channel'],
  ['Ids', 'n'],
  ['Unreadable', 'n'],
  ['Again', 'n'],
  ['Bytes', 'n'],
  ['At byte', 'n'],
  ['Remarks', 'tags'],
];

/** Several payloads at once, as a table with totals. */
export class FindingsView {
  readonly element: HTMLElement;
  private readonly totals = h('p', { class: 'totals' });
  private readonly grid: Grid;
  private result: Result | undefined;

  constructor(link: Link) {
    this.grid = new Grid({
      label: 'Payloads found',
      class: 'findings',
      columns: columns.map(([title, name]) => ({ title, class: name, isNarrow: name === 'sign' })),
      cells: (row) => this.cells(row),
      onPick: (row) => link.pick(this.result!.finding(row).firstSpan, 'findings'),
    });
    this.element = h('section', { class: 'panel findings-panel', 'aria-label': 'Payloads' }, h('div', { class: 'panel-head' }, h('h2', {}, 'Payloads'), this.totals), this.grid.element);
    this.element.hidden = true;
    link.onPick((span, origin) => {
      const finding = span === undefined ? undefined : this.result?.span(span).finding;
      if (finding !== undefined && origin !== 'findings') this.grid.activate(finding);
      this.grid.refresh();
    });
  }

  show(result: Result | undefined): void {
    this.result = result;
    this.element.hidden = !result || result.findingCount < 2;
    this.grid.setRowsInSight(Math.min(result?.findingCount ?? 0, kRowsInSight));
    this.grid.setCount(this.element.hidden ? 0 : result!.findingCount);
    if (!this.element.hidden) this.totals.textContent = totalsOf(result!);
  }

  private cells(row: number): Child[] {
    const one = this.result!.finding(row);
    const zero = (number: number) => (number === 0 ? '' : counted(number));
    const tags = h('span', { title: one.notes.map(readable).join(', ') }, ...one.notes.map((note) => noteTag(note, one.verdict)));
    return [counted(row + 1), verdictMark(one.verdict), readable(one.form), one.wrapping === 'none' ? '' : one.wrapping, one.channel === 'unnamed' ? '' : one.channel, zero(one.ids), zero(one.unreadable), zero(one.duplicates), counted(one.payloadBytes), counted(one.at), tags];
  }
}

/** Remarks on the surroundings of a payload are no fault of the payload. */
export function noteTag(note: string, verdict: string): HTMLElement {
  return h('span', { class: `tag ${note === 'in_log' || note === 'escaped' ? '' : verdict}` }, readable(note));
}

export function readable(name: string): string {
  return name.replaceAll('_', ' ');
}

function totalsOf(result: Result): string {
  const sum = result.totals;
  const parts = [`${counted(result.findingCount)} found`, `${counted(result.idCount, 'id')} of ${counted(result.distinct, 'agent')}`, counted(sum.payload_bytes, 'byte')];
  for (const verdict of ['good', 'odd', 'bad'] as const) if (sum[verdict]) parts.push(`${counted(sum[verdict])} ${verdict}`);
  if (sum.unreadable) parts.push(`${counted(sum.unreadable)} unreadable`);
  return parts.join(' · ');
}
