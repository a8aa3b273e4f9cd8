// SPDX-License-Identifier: Apache-2.0
import { button, h } from '../dom';
import { VirtualList } from '../list';
import { inSlices, pause } from '../slices';
import { asciiOf, equalRows, hexOf, textOf, TextRows, type Rows } from './lines';
import type { Link } from './link';
import type { Result } from './result';
import { counted } from '../numbers';

type Mode = 'text' | 'hex';

const kFirstPart = 1 << 18; // bytes that have rows at once; the rows of the rest follow in slices
const kPart = 1 << 15;

/** The input itself, as text or as hex digits, every part in its colour and linked with the list of ids. */
export class BytesView {
  readonly element: HTMLElement;
  private readonly list: VirtualList;
  private readonly probe = h('span', { class: 'probe', 'aria-hidden': 'true' }, '0'.repeat(100));
  private readonly size = h('span', { class: 'muted' });
  private readonly modes = new Map<Mode, HTMLButtonElement>();
  private bytes: Uint8Array = new Uint8Array();
  private result: Result | undefined;
  private rows: Rows = equalRows(0, 1);
  private mode: Mode = 'text';
  private width = 0;
  private wanted: number | undefined; // a byte to show as soon as it has a row
  private columns = 0; // characters that fit; asked of the layout only when it changes

  constructor(private readonly link: Link) {
    this.list = new VirtualList({ label: 'The input. Left and right arrow keys move from part to part, Home and End to the first and last.', class: 'bytes', draw: (row, index) => this.draw(row, index) });
    const choose = (mode: Mode, label: string) => {
      const one = button(label, () => this.setMode(mode), { class: 'segment', 'aria-pressed': mode === this.mode });
      this.modes.set(mode, one);
      return one;
    };
    const head = h('div', { class: 'panel-head' }, h('h2', {}, 'Input'), this.size, h('span', { class: 'grow' }), h('span', { class: 'segments', role: 'group', 'aria-label': 'Show the input as' }, choose('text', 'Text'), choose('hex', 'Hex')));
    this.element = h('section', { class: 'panel bytes-panel', 'aria-label': 'Input' }, head, this.list.element, this.probe);
    this.listen();
  }

  show(bytes: Uint8Array, result: Result | undefined): void {
    const isNew = bytes !== this.bytes;
    this.bytes = bytes;
    this.result = result;
    this.size.textContent = counted(bytes.length, 'byte');
    if (!isNew) return this.list.draw();
    this.setMode(isText(bytes) ? 'text' : 'hex');
    this.moveToByte(0);
  }

  private listen(): void {
    const target = (event: Event) => {
      const part = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-span]') : null;
      return part ? Number(part.dataset['span']) : undefined;
    };
    const list = this.list.element;
    list.addEventListener('pointerover', (event) => this.link.hover(target(event), 'bytes'));
    list.addEventListener('pointerleave', () => this.link.hover(undefined, 'bytes'));
    list.addEventListener('click', (event) => {
      const span = target(event);
      if (span !== undefined && !String(getSelection())) this.link.pick(span, 'bytes');
    });
    list.addEventListener('keydown', (event) => this.keyed(event));
    this.link.onHover(() => this.mark());
    this.link.onPick((span, origin) => {
      if (span !== undefined && origin !== 'reset') this.reveal(span, origin === 'bytes');
      this.mark();
    });
    new ResizeObserver(() => this.resized()).observe(list);
  }

  private setMode(mode: Mode): void {
    this.mode = mode;
    for (const [name, one] of this.modes) one.setAttribute('aria-pressed', String(name === mode));
    this.layOut(true);
    if (this.link.picked !== undefined) this.reveal(this.link.picked, true);
  }

  private resized(): void {
    const character = this.probe.getBoundingClientRect().width / 100;
    const room = this.list.element.clientWidth;
    this.columns = room === 0 || character === 0 ? 0 : Math.max(1, Math.floor(room / character) - 13); // less the offset, and the edges
    this.layOut();
  }

  /** Rows as wide as the room; those of a bare chunk a multiple of 22, so that its ids stand below one another. */
  private layOut(anew = false): void {
    const { columns } = this;
    if (columns === 0) return;
    const symbols = this.result?.isBareChunk ? Math.min(columns, this.result.limits.idSymbols) : 1;
    const width = this.mode === 'hex' ? (columns >= 67 ? 16 : columns >= 34 ? 8 : 4) : Math.floor(columns / symbols) * symbols;
    if (width === this.width && !anew) return;
    const at = this.rows.count > 0 ? this.rows.start(Math.min(this.list.first, this.rows.count - 1)) : 0;
    this.width = width;
    this.wanted = undefined;
    this.rows = this.mode === 'hex' ? equalRows(this.bytes.length, width) : this.textRows(width);
    this.list.setCount(this.rows.count);
    this.moveToByte(at);
  }

  private textRows(width: number): TextRows {
    const rows = new TextRows(this.bytes, width);
    rows.grow(kFirstPart);
    if (!rows.isComplete) void this.goOn(rows);
    return rows;
  }
  private async goOn(rows: TextRows): Promise<void> {
    await pause(); // what there is is shown first
    const between = () => {
      if (rows !== this.rows) return false;
      this.list.extend(rows.count);
      return true;
    };
    const isWhole = await inSlices(this.bytes.length - rows.size, kPart, () => rows.grow(kPart), between);
    if (isWhole && between() && this.wanted !== undefined) this.moveToByte(this.wanted);
  }

  /** To its row at the upper edge; where that is not laid out yet, when it is. */
  private moveToByte(byte: number, above = 0): void {
    const { rows } = this;
    this.wanted = rows instanceof TextRows && byte >= rows.size ? byte : undefined;
    this.list.moveTo(rows.count > 0 ? rows.rowOf(Math.min(byte, this.bytes.length - 1)) - above : 0);
    this.list.draw();
  }

  /** With some rows above it, so that what is around it can be seen; where it is in sight already nothing moves. */
  private reveal(span: number, gently: boolean): void {
    if (!this.result) return;
    const { at } = this.result.span(span);
    const row = this.rows.rowOf(at);
    const isThere = !(this.rows instanceof TextRows) || at < this.rows.size;
    const inSight = isThere && row >= this.list.first && row < this.list.first + this.list.page;
    if (isThere && (gently || inSight)) this.list.reveal(row);
    else this.moveToByte(at, Math.floor(this.list.page / 3));
  }

  private draw(row: HTMLElement, index: number): void {
    const [from, to] = [this.rows.start(index), this.rows.end(index)];
    const offset = h('span', { class: 'offset' }, counted(from));
    if (this.mode === 'text') {
      row.replaceChildren(offset, h('span', { class: 'text' }, ...this.parts(from, to, (at, end) => textOf(this.bytes, at, end))));
      return;
    }
    const hex = this.parts(from, to, (at, end) => hexOf(this.bytes, at, end, from));
    const ascii = this.parts(from, to, (at, end) => asciiOf(this.bytes, at, end));
    row.replaceChildren(offset, h('span', { class: `digits w${this.width}` }, ...hex), h('span', { class: 'text' }, ...ascii));
  }

  private parts(from: number, to: number, write: (from: number, to: number) => string): Node[] {
    const { result } = this;
    if (!result || result.spanCount === 0) return [document.createTextNode(write(from, to))];
    const parts: Node[] = [];
    for (let at = from, index = result.spanAt(from); at < to; ++index) {
      const span = result.span(index);
      const end = Math.min(to, span.at + span.length);
      const state = `${this.link.isOn(index) ? 'on' : ''} ${span.id !== undefined && span.id % 2 === 1 ? 'other' : ''}`;
      parts.push(h('span', { class: `k-${span.kind} v-${span.verdict} ${state}`, 'data-span': index }, write(at, end)));
      at = end;
    }
    return parts;
  }

  private mark(): void {
    for (const part of this.list.element.querySelectorAll<HTMLElement>('[data-span]')) {
      part.classList.toggle('on', this.link.isOn(Number(part.dataset['span'])));
    }
  }

  private keyed(event: KeyboardEvent): void {
    const { result } = this;
    if (!result || result.spanCount === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const first = result.spanAt(this.rows.start(this.list.first)); // in sight
    const target = { ArrowRight: (this.link.picked ?? first - 1) + 1, ArrowLeft: (this.link.picked ?? first + 1) - 1, Home: 0, End: result.spanCount - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.link.pick(Math.max(0, Math.min(result.spanCount - 1, target)), 'bytes');
  }
}

/** Which view to begin with: bytes that text does not have in its first part make it hex. */
function isText(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, 4096)) if (byte === 0 || (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27)) return false;
  return !decodesBadly(bytes.subarray(0, 4096));
}
function decodesBadly(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.length - 3))).includes('\ufffd');
}
