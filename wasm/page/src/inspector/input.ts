// SPDX-License-Identifier: Apache-2.0
import { button, counted, h } from '../dom';
import { broughtByPaste, type Brought } from '../intake';
import { examples } from './examples';

const kEditableBytes = 65_536; // more than this in a text field makes a browser slow
const kRemembered = 8; // inputs that Undo brings back
const kRememberedBytes = 80_000_000;
const kStored = 1_500_000; // bytes that a reload keeps; browsers give a tab 5 MB in all
const kStoreKey = 'metabatch input';
const kTypingPause = 80; // ms without a key before what was typed is looked at

/** Where the input comes from: typed, pasted, dropped or opened. It always ends as bytes. */
export class InputView {
  readonly element: HTMLElement;
  /** Called with each new input; `note` is what a person should know about how it was read. */
  onBytes: (bytes: Uint8Array, note: string) => void = () => {};
  /** When the last input was brought. */
  since = 0;
  limit = Infinity;
  private readonly area = h('textarea', { id: 'input', rows: 3, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', 'aria-label': 'Payload, log lines, SQL or UUIDs', placeholder: 'Paste a NOTIFY payload, lines from psql or a server log, SQL, or UUIDs. Or drop a file anywhere.' });
  private readonly held = h('p', { class: 'held', hidden: true });
  private readonly kept = h('p', { class: 'kept muted', role: 'status', hidden: true }, 'This is the input of before the reload. It is kept in this tab until the tab is closed; Clear forgets it.');
  private readonly file = h('input', { type: 'file', class: 'visually-hidden', tabindex: -1, 'aria-hidden': 'true' });
  private readonly undoButton = button('Undo', () => this.undo(), { id: 'undo', hidden: true, title: 'Ctrl+Z: the input before this one' });
  private readonly before: Uint8Array[] = []; // inputs that were replaced as a whole
  private current: Uint8Array = new Uint8Array();
  private isTyped = false; // since the last input that was taken as a whole: then the field's own undo is meant
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(...more: HTMLElement[]) {
    const example = h('select', { id: 'example', 'aria-label': 'Show an example' }, h('option', { value: '' }, 'Examples'), ...examples.map(([title], at) => h('option', { value: at }, title)));
    example.addEventListener('change', () => {
      if (example.value !== '') this.take({ text: examples[Number(example.value)]![1] });
      example.value = '';
    });
    const open = button('Open file', () => this.file.click());
    const clear = button('Clear', () => this.clear());
    this.element = h('section', { class: 'panel input-panel', 'aria-label': 'Input to inspect' }, this.area, this.held, this.kept, h('div', { class: 'tools' }, open, example, clear, this.undoButton, ...more), this.file);
    this.listen();
  }

  take(brought: Brought): void {
    this.since = performance.now();
    if ('file' in brought) void this.takeFile(brought.file);
    else this.takeBytes(new TextEncoder().encode(brought.text), '');
  }

  /** The one place where what is too long is cut. */
  takeBytes(bytes: Uint8Array, note: string): void {
    const cut = bytes.length > this.limit;
    const kept = cut ? bytes.slice(0, this.limit) : bytes;
    this.remember();
    this.replace(kept, cut ? tooLong(bytes.length, this.limit) : note);
  }

  /** Brings back the input before the last paste, drop, example or Clear. */
  undo(): void {
    const last = this.before.pop();
    if (last) this.replace(last, '');
  }

  private remember(): void {
    if (this.current.length === 0) return;
    this.before.push(this.current);
    const size = () => this.before.reduce((sum, { length }) => sum + length, 0);
    while (this.before.length > kRemembered || size() > kRememberedBytes) this.before.shift();
  }
  private replace(kept: Uint8Array, note: string): void {
    ++this.turn;
    clearTimeout(this.timer);
    this.isTyped = false;
    this.current = kept;
    this.undoButton.hidden = this.before.length === 0;
    this.showField(kept);
    this.onBytes(kept, note);
    keepForReload(kept);
  }
  /** The input of before a reload of this tab; nothing when there was none. */
  restore(): boolean {
    const kept = keptForReload();
    if (!kept) return false;
    this.replace(kept, '');
    this.kept.hidden = false;
    return true;
  }
  /** The examples, to begin with. */
  starts(): HTMLElement {
    const start = ([title, text]: [string, string]) => h('li', {}, h('button', { type: 'button', on: { click: () => this.take({ text }) } }, h('strong', {}, title), h('code', {}, text)));
    return h('ul', { class: 'starts', 'aria-label': 'Examples of what can be pasted' }, ...examples.map(start));
  }

  focus(): void {
    this.area.focus();
  }

  private async takeFile(file: File): Promise<void> {
    const turn = ++this.turn;
    try {
      const bytes = new Uint8Array(await file.slice(0, this.limit).arrayBuffer());
      if (turn !== this.turn) return;
      this.takeBytes(bytes, file.size > bytes.length ? tooLong(file.size, this.limit) : '');
    } catch (error) {
      if (turn === this.turn) this.takeBytes(new Uint8Array(), `The file could not be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private clear(): void {
    this.takeBytes(new Uint8Array(), '');
    this.focus();
  }

  private listen(): void {
    document.addEventListener('keydown', (event) => this.keyed(event));
    this.area.addEventListener('input', () => {
      this.isTyped = true;
      this.kept.hidden = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.takeTyped(), kTypingPause);
    });
    this.area.addEventListener('paste', (event) => {
      const brought = broughtByPaste(event);
      const replacesAll = this.area.selectionEnd - this.area.selectionStart === this.area.value.length;
      if (!brought || (!replacesAll && !('file' in brought) && brought.text.length < kEditableBytes)) return;
      event.preventDefault();
      this.take(brought);
    });
    this.file.addEventListener('change', () => {
      const file = this.file.files?.[0];
      if (file) this.take({ file });
      this.file.value = '';
    });
  }

  private takeTyped(): void {
    this.since = performance.now();
    ++this.turn;
    this.current = new TextEncoder().encode(this.area.value);
    this.onBytes(this.current, '');
    keepForReload(this.current);
  }

  /** Ctrl+Z belongs to the field while a person types in it, to the inputs else. */
  private keyed(event: KeyboardEvent): void {
    const isUndo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!isUndo || this.before.length === 0 || this.element.closest('[hidden]')) return;
    const { target } = event;
    const isField = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
    if (isField && (target !== this.area || this.isTyped)) return;
    event.preventDefault();
    this.undo();
  }

  /** A field holds only what it can show unchanged; all else is said in words and shown below. */
  private showField(bytes: Uint8Array): void {
    this.kept.hidden = true;
    const text = bytes.length <= kEditableBytes ? exactText(bytes) : undefined;
    this.area.hidden = text === undefined;
    this.held.hidden = text !== undefined;
    this.area.value = text ?? '';
    this.held.textContent = text === undefined ? `${counted(bytes.length, 'byte')} are held${bytes.length > kEditableBytes ? ', too many to edit here' : ', which are not text'}; they are shown below. Paste or drop something else to replace them.` : '';
  }
}

/** For this tab alone, and only until it is closed. */
function keepForReload(bytes: Uint8Array): void {
  try {
    if (bytes.length === 0 || bytes.length > kStored) sessionStorage.removeItem(kStoreKey);
    else sessionStorage.setItem(kStoreKey, textOfBytes(bytes));
  } catch {
    // Refused, or full: then a reload begins anew.
  }
}
function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}
function keptForReload(): Uint8Array | undefined {
  try {
    const text = sessionStorage.getItem(kStoreKey);
    return text === null ? undefined : Uint8Array.from(text, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function tooLong(size: number, limit: number): string {
  return `It has ${counted(size, 'byte')}; only the first ${counted(limit)} were read. For more, cut it into files.`;
}

function exactText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
