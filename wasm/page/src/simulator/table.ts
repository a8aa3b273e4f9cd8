// SPDX-License-Identifier: Apache-2.0
import { clockText } from '../chart/axis';
import { h } from '../dom';
import { drawn, type Charts } from './charts';
import { textIn } from '../numbers';

const kRows = 60; // more nobody reads; a zoom shows other ones

/** The charts as a table, for who does not see them and for who wants a number. */
export class FiguresTable {
  readonly element: HTMLDetailsElement;
  private readonly place = h('div', { class: 'table-place', tabindex: 0, role: 'region', 'aria-label': 'The charts as a table' });

  constructor(private readonly charts: Charts) {
    this.element = h('details', { class: 'panel as-table' }, h('summary', {}, 'The charts as a table'), this.place);
    this.element.addEventListener('toggle', () => this.show());
  }

  show(): void {
    if (!this.element.open) return this.place.replaceChildren();
    this.place.replaceChildren(...this.charts.all.map((_, slot) => this.table(slot)));
  }

  private table(slot: number): HTMLElement {
    const data = this.charts.dataOf(slot);
    const [from, to] = this.charts.range;
    const heads = drawn.flatMap((shape) => shape.lines.map(({ label }) => h('th', { scope: 'col' }, label)));
    const groups = drawn.map((shape) => h('th', { scope: 'colgroup', colspan: shape.lines.length }, shape.title));
    const table = h('table', {}, h('caption', {}, this.charts.all.length > 1 ? `Run ${'AB'[slot]}` : 'The run'), h('thead', {}, h('tr', {}, h('td'), ...groups), h('tr', {}, h('th', { scope: 'col' }, 'Time'), ...heads)));
    const first = data[0];
    const count = first?.values[0]?.length ?? 0;
    const inside = Array.from({ length: count }, (_, index) => index).filter((index) => {
      const at = first!.middle + index * first!.width;
      return at >= from && at <= to && data.some(({ values }) => values.some((series) => !Number.isNaN(series[index]!)));
    });
    const step = Math.max(1, Math.ceil(inside.length / kRows));
    const body = inside.filter((_, at) => at % step === 0).map((index) => {
      const cells = data.flatMap(({ values }, chart) => values.map((series) => h('td', {}, textIn[drawn[chart]!.unit](series[index]!))));
      return h('tr', {}, h('th', { scope: 'row' }, clockText(first!.middle + index * first!.width, first!.width)), ...cells);
    });
    table.append(h('tbody', {}, ...body));
    return table;
  }
}
