// SPDX-License-Identifier: Apache-2.0
import { copyFrom } from './copied';
import { h, type Child } from './dom';
import { moved, VirtualList } from './list';

export interface Column {
  title: string;
  class: string;
  /** The title is for screen readers only: the column is too narrow for it. */
  isNarrow?: boolean;
}
export interface GridOptions {
  label: string;
  class: string;
  columns: Column[];
  /** The cells of a row, in the order of the columns. */
  cells(index: number): Child[];
  /** More classes of a row, for its state. */
  mark?(index: number): string;
  onPick(index: number): void;
  onHover?(index: number | undefined): void;
  /** What Ctrl+C on the active row copies; undefined: nothing. */
  textOf?(index: number): string | undefined;
  /** A click on a cell, named by the class of its column, without text selected. */
  onCell?(index: number, column: string, cell: HTMLElement): void;
}

let made = 0;

/** A table of any length, for mouse, keys and screen readers. One row is active; arrow keys move it. */
export class Grid {
  readonly element: HTMLElement;
  private readonly list: VirtualList;
  private readonly id = `grid${++made}`;
  private active = -1;

  constructor(private readonly options: GridOptions) {
    const title = (column: Column) => (column.isNarrow ? h('span', { class: 'visually-hidden' }, column.title) : column.title);
    const head = h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, ...options.columns.map((column) => h('span', { class: column.class, role: 'columnheader' }, title(column))));
    this.list = new VirtualList({ label: options.label, class: `grid ${options.class}`, role: 'grid', rowRole: 'row', head, draw: (row, index) => this.draw(row, index), refresh: (row, index) => this.refreshRow(row, index) });
    this.element = this.list.element;
    this.element.addEventListener('keydown', (event) => this.keyed(event));
    this.element.addEventListener('click', (event) => this.at(event.target, (index) => this.clicked(event, index)));
    this.element.addEventListener('pointerover', (event) => this.at(event.target, (index) => options.onHover?.(index)));
    this.element.addEventListener('pointerleave', () => options.onHover?.(undefined));
  }

  setCount(count: number): void {
    this.active = -1;
    this.element.removeAttribute('aria-activedescendant');
    this.element.setAttribute('aria-rowcount', String(count + 1));
    this.list.moveTo(0);
    this.list.setCount(count);
  }
  /** Sets the height to so many rows. */
  setRowsInSight(rows: number): void {
    this.list.element.style.height = `calc(${rows + 1} * 1lh + 2px)`;
  }
  /** Marks the active row and scrolls to it. */
  activate(index: number): void {
    if (index < 0 || index >= this.list.size) return;
    this.active = index;
    this.list.reveal(index);
    this.element.setAttribute('aria-activedescendant', `${this.id}-${index}`);
  }
  /** The content of rows changed. */
  redraw(): void {
    this.list.redraw();
  }
  /** Only which row is active or marked changed. */
  refresh(): void {
    this.list.draw();
  }
  drawn(): Iterable<[HTMLElement, number]> {
    return this.list.drawn();
  }

  private pick(index: number): void {
    this.activate(index);
    this.options.onPick(index);
  }

  private draw(row: HTMLElement, index: number): void {
    row.id = `${this.id}-${index}`;
    row.setAttribute('aria-rowindex', String(index + 2));
    this.refreshRow(row, index);
    const cells = this.options.cells(index);
    row.replaceChildren(...this.options.columns.map((column, at) => h('span', { class: column.class, role: 'gridcell' }, cells[at])));
  }

  private refreshRow(row: HTMLElement, index: number): void {
    row.className = `row ${index === this.active ? 'active' : ''} ${this.options.mark?.(index) ?? ''}`;
    row.setAttribute('aria-selected', String(index === this.active));
  }

  /** A click that ends a selection of text does not count as a click on the row. */
  private clicked(event: MouseEvent, index: number): void {
    if (String(getSelection()) !== '') return;
    this.pick(index);
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="gridcell"]') : null;
    if (cell) this.options.onCell?.(index, cell.className, cell);
  }

  private copied(event: KeyboardEvent): boolean {
    if (event.key !== 'c' || !(event.ctrlKey || event.metaKey) || event.altKey || this.active < 0 || String(getSelection()) !== '') return false;
    const text = this.options.textOf?.(this.active);
    if (text === undefined) return false;
    event.preventDefault();
    const row = this.element.querySelector<HTMLElement>('.row.active');
    void copyFrom(row ?? this.element, text);
    return true;
  }

  private keyed(event: KeyboardEvent): void {
    if (this.copied(event)) return;
    if (this.list.size === 0 || event.ctrlKey || event.metaKey || event.altKey || event.target !== this.element) return;
    const target = event.key === 'Enter' || event.key === ' ' ? Math.max(0, this.active) : moved(event.key, this.active, this.list.size, this.list.page);
    if (target === undefined) return;
    event.preventDefault();
    this.pick(target);
  }

  private at(target: EventTarget | null, use: (index: number) => void): void {
    const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
    if (row?.dataset['index'] !== undefined) use(Number(row.dataset['index']));
  }
}
