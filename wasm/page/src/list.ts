// SPDX-License-Identifier: Apache-2.0
import { h } from './dom';

/** Browsers end elements somewhere beyond 16 million pixels; above this, the scroll bar moves in proportion. */
const kMaxPixels = 8_000_000;
const kSpare = 4; // rows drawn above and below what is seen

export interface ListOptions {
  label: string;
  class?: string;
  role?: string;
  rowRole?: string;
  /** Stays in sight above the rows; one row high. */
  head?: HTMLElement;
  /** Fills a row that may have shown another one. */
  draw(row: HTMLElement, index: number): void;
  /** Brings the state of a row up to date whose content stays: text that is selected in it stays selected. */
  refresh?(row: HTMLElement, index: number): void;
}

/** Rows of one height, of which only those in sight exist: a million cost as much as thirty. */
export class VirtualList {
  private static readonly waiting = new Set<VirtualList>(); // to be drawn before the next frame
  readonly element: HTMLElement;
  private readonly layer = h('div', { class: 'rows', role: 'presentation' });
  private readonly space = h('div', { class: 'space', role: 'presentation' }, this.layer);
  private readonly rows: HTMLElement[] = [];
  private count = 0;
  private top = 0; // row at the upper edge, with its fraction
  // Asked of the layout only when it changes: each question makes the browser lay out anew.
  private rowHeight = 24;
  private height = 0; // of what is seen of the rows
  private scrollTop = 0; // as we set it, or as it was last told
  private version = 0; // of the content: rows that were filled for an earlier one are filled anew

  constructor(private readonly options: ListOptions) {
    this.element = h('div', { class: `list ${options.class ?? ''}`, role: options.role ?? 'group', tabindex: 0, 'aria-label': options.label }, options.head, this.space);
    this.element.addEventListener('scroll', () => this.scrolled());
    this.element.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
    new ResizeObserver(() => this.resized()).observe(this.element);
  }

  get first(): number {
    return Math.floor(this.top);
  }
  /** Whole rows in sight. */
  get page(): number {
    return Math.max(1, Math.floor(this.height / this.rowHeight));
  }
  get size(): number {
    return this.count;
  }

  setCount(count: number): void {
    this.count = count;
    ++this.version;
    this.space.style.height = `${this.pixels}px`;
    this.moveTo(Math.min(this.top, this.last));
    this.draw();
  }

  /** More rows follow those that there are; these stay as they are. */
  extend(count: number): void {
    if (count === this.count) return;
    this.count = count;
    this.space.style.height = `${this.pixels}px`;
    this.moveTo(this.top);
    this.draw();
  }

  /** Scrolls no more than is needed. */
  reveal(index: number): void {
    if (index < this.top) this.moveTo(index);
    else if (index + 1 > this.top + this.page) this.moveTo(index + 1 - this.page);
    this.draw();
  }

  moveTo(row: number): void {
    this.top = Math.max(0, Math.min(row, this.last));
    this.scrollTop = this.last > 0 ? Math.round((this.top / this.last) * this.scrollRange) : 0;
    this.element.scrollTop = this.scrollTop;
  }

  /** The rows that exist now, with the index that each shows. */
  *drawn(): Iterable<[HTMLElement, number]> {
    for (const row of this.rows) if (!row.hidden) yield [row, Number(row.dataset['index'])];
  }

  /** The content changed: every row is filled anew. */
  redraw(): void {
    ++this.version;
    this.draw();
  }

  /** Once before the next frame, however often it is called. */
  draw(): void {
    if (VirtualList.waiting.size === 0) requestAnimationFrame(() => VirtualList.drawWaiting());
    VirtualList.waiting.add(this);
  }
  /** Draws at once what waits for the next frame: that may be 16 ms away, in which nothing else is done. */
  static drawWaiting(): void {
    for (const list of VirtualList.waiting) list.drawNow();
  }

  private drawNow(): void {
    VirtualList.waiting.delete(this);
    const from = Math.max(0, this.first - kSpare);
    const shown = Math.min(this.count - from, Math.ceil(this.height / this.rowHeight) + 2 * kSpare + 1);
    while (this.rows.length < shown) {
      const row = h('div', { class: 'row', role: this.options.rowRole });
      this.rows.push(row);
      this.layer.append(row);
    }
    this.layer.style.transform = `translateY(${this.scrollTop - (this.top - from) * this.rowHeight}px)`;
    this.rows.forEach((row, at) => {
      row.hidden = at >= shown;
      if (row.hidden) {
        delete row.dataset['filled'];
        return row.replaceChildren();
      }
      const filled = `${this.version} ${from + at}`;
      row.dataset['index'] = String(from + at);
      if (row.dataset['filled'] === filled) return this.options.refresh?.(row, from + at);
      row.dataset['filled'] = filled;
      this.options.draw(row, from + at);
    });
  }

  private get pixels(): number {
    return Math.min(this.count * this.rowHeight, kMaxPixels);
  }
  private get isScaled(): boolean {
    return this.count * this.rowHeight > kMaxPixels;
  }
  /** The greatest `top`. */
  private get last(): number {
    return Math.max(0, this.count - this.height / this.rowHeight);
  }
  private get scrollRange(): number {
    return Math.max(0, this.pixels - this.height);
  }

  /** The height of a row follows the size of the text. */
  private resized(): void {
    this.height = this.element.clientHeight - (this.options.head?.offsetHeight ?? 0);
    const rowHeight = Number.parseFloat(getComputedStyle(this.element).lineHeight);
    if (rowHeight > 0) this.rowHeight = rowHeight;
    this.space.style.height = `${this.pixels}px`;
    this.moveTo(this.top);
    this.drawNow(); // this comes between layout and painting, so the next frame would be too late
  }

  private scrolled(): void {
    const at = this.element.scrollTop;
    if (Math.abs(at - this.scrollTop) >= 1) {
      this.scrollTop = at;
      this.top = this.isScaled ? (at / this.scrollRange) * this.last : at / this.rowHeight;
    }
    this.draw();
  }

  /** Where the bar moves in proportion, a pixel of it is many rows: the wheel moves rows. */
  private wheeled(event: WheelEvent): void {
    if (!this.isScaled || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 1 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? this.page : 1 / this.rowHeight;
    this.moveTo(this.top + event.deltaY * unit);
    this.draw();
  }
}

/** What a key that moves through rows asks for, or undefined. */
export function moved(key: string, at: number, count: number, page: number): number | undefined {
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: count - 1 }[key];
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}
