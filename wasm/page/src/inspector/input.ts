// SPDX-License-Identifier: Apache-2.0
import { button, h } from '../dom';
import { broughtByPaste, type Brought } from '../intake';
import { encoded, encodedInSlices } from '../slices';
import { inflated, isGzip } from '../streams';
import { examples } from './examples';
import { InputTabs } from './input_tabs';
import { Inputs, type Input } from './inputs';
import { counted } from '../numbers';

const kEditableBytes = 65_536; // more than this in a text field makes a browser slow
const kLongText = 1 << 20; // characters that take a while to encode
const kTypingPause = 80; // ms without a key before what was typed is looked at

/** Where the inputs come from: typed, pasted, dropped or opened. They always end as bytes. */
export class InputView {
  readonly element: HTMLElement;
  readonly inputs = new Inputs();
  /** Called with each new input; `note` is what a person should know about how it was read. */
  onBytes: (bytes: Uint8Array, note: string) => void = () => {};
  /** When the last input was brought. */
  since = 0;
  limit = Infinity;
  private readonly area = h('textarea', { id: 'input', rows: 3, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', 'aria-label': 'Payload, log lines, SQL or UUIDs', placeholder: 'Paste a NOTIFY payload, lines from psql or a server log, SQL, or UUIDs. Or drop files anywhere.' });
  private readonly held = h('p', { class: 'held', hidden: true });
  private readonly kept = h('p', { class: 'kept muted', role: 'status', hidden: true }, 'This is the input of before the reload. It is kept in this tab until the tab is closed; Clear forgets it.');
  private readonly file = h('input', { type: 'file', multiple: true, class: 'visually-hidden', tabindex: -1, 'aria-hidden': 'true' });
  private readonly undoButton = button('Undo', () => this.undo(), { id: 'undo', hidden: true, title: 'Ctrl+Z: the input before this one' });
  private readonly closeButton = button('Close', () => this.close(), { id: 'close-input', hidden: true, title: 'Close this input; Undo opens it again' });
  private readonly tabs: InputTabs;
  private isTyped = false; // since the last input that was taken as a whole: then the field's own undo is meant
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(...more: HTMLElement[]) {
    const example = h('select', { id: 'example', 'aria-label': 'Show an example' }, h('option', { value: '' }, 'Examples'), ...examples.map(([title], at) => h('option', { value: at }, title)));
    example.addEventListener('change', () => {
      if (example.value !== '') this.take([{ text: examples[Number(example.value)]![1] }]);
      example.value = '';
    });
    const open = button('Open files', () => this.file.click());
    const clear = button('Clear', () => this.clear());
    const another = button('New input', () => this.openAnother(), { id: 'new-input', title: 'A second input beside this one, to compare their agents' });
    this.tabs = new InputTabs(this.inputs, 'input-content');
    const content = h('div', { id: 'input-content' }, this.area, this.held, this.kept);
    this.element = h('section', { class: 'panel input-panel', 'aria-label': 'Input to inspect' }, this.tabs.element, content, h('div', { class: 'tools' }, open, example, another, clear, this.closeButton, this.undoButton, ...more), this.file);
    this.listen();
  }

  /** Text replaces the input in sight; each file is an input of its own. */
  take(brought: readonly Brought[]): void {
    this.since = performance.now();
    const files = brought.flatMap((one) => ('file' in one ? [one.file] : []));
    if (files.length > 0) return void this.takeFiles(files);
    for (const one of brought) if ('text' in one) void this.takeText(one.text);
  }
  private async takeText(text: string): Promise<void> {
    if (text.length <= kLongText) return this.takeBytes(encoded(text), '');
    const turn = ++this.turn;
    const bytes = await encodedInSlices(text, () => turn === this.turn);
    if (bytes && turn === this.turn) this.takeBytes(bytes, '');
  }

  /** Replaces the input in sight. The one place where what is too long is cut. */
  takeBytes(bytes: Uint8Array, note: string): void {
    const isCut = bytes.length > this.limit;
    this.inputs.replace(isCut ? bytes.slice(0, this.limit) : bytes);
    this.show(isCut ? tooLong(bytes.length, this.limit) : note);
  }

  /** Brings back what was before the last paste, drop, example, Clear or Close. */
  undo(): void {
    this.inputs.undo();
    this.show();
  }
  /** The inputs of before a reload of this tab. */
  restore(): void {
    if (!this.inputs.restore()) return;
    this.show();
    this.kept.hidden = false;
  }
  /** The examples, to begin with. */
  starts(): HTMLElement {
    const start = ([title, text]: [string, string]) => h('li', {}, h('button', { type: 'button', on: { click: () => this.take([{ text }]) } }, h('strong', {}, title), h('code', {}, text)));
    return h('ul', { class: 'starts', 'aria-label': 'Examples of what can be pasted' }, ...examples.map(start));
  }
  focus(): void {
    this.area.focus();
  }

  /** Another input is in sight, or another content of it. */
  private show(note = ''): void {
    ++this.turn;
    clearTimeout(this.timer);
    this.isTyped = false;
    const { bytes } = this.inputs.shown;
    this.onBytes(bytes, note); // first, because a Worker reads it while the rest is drawn
    this.undoButton.hidden = !this.inputs.canUndo;
    this.closeButton.hidden = this.inputs.all.length < 2;
    this.tabs.show();
    this.showField(bytes);
  }

  private async takeFiles(files: readonly File[]): Promise<void> {
    const turn = ++this.turn;
    const notes: string[] = [];
    const opened: [Uint8Array, string][] = [];
    for (const file of files) {
      try {
        const { bytes, note } = await readFile(file, this.limit);
        opened.push([bytes, file.name]);
        if (note) notes.push(files.length > 1 ? `${file.name}: ${note}` : note);
      } catch (error) {
        notes.push(`${file.name} could not be read: ${error instanceof Error ? error.message : String(error)}`);
      }
      if (turn !== this.turn) return;
    }
    for (const [bytes, name] of opened) if (!this.inputs.open(bytes, name)) notes.push(`${name} was not opened: there are too many inputs. Close one first.`);
    this.show(notes.join(' '));
  }

  private openAnother(): void {
    this.inputs.open(new Uint8Array());
    this.show();
    this.focus();
  }
  private clear(): void {
    this.takeBytes(new Uint8Array(), '');
    this.focus();
  }
  private close(): void {
    this.inputs.close(this.inputs.shown);
    this.show();
    this.focus();
  }
  private choose(input: Input): void {
    if (input === this.inputs.shown) return;
    this.since = performance.now();
    this.inputs.shown = input;
    this.show();
  }

  private listen(): void {
    document.addEventListener('keydown', (event) => this.keyed(event));
    this.tabs.onChoose = (input) => this.choose(input);
    this.area.addEventListener('input', () => {
      this.isTyped = true;
      this.kept.hidden = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.takeTyped(), kTypingPause);
    });
    this.area.addEventListener('paste', (event) => {
      const brought = broughtByPaste(event);
      const isFile = brought.some((one) => 'file' in one);
      const replacesAll = this.area.selectionEnd - this.area.selectionStart === this.area.value.length;
      const isLong = brought.some((one) => 'text' in one && one.text.length >= kEditableBytes);
      if (brought.length === 0 || (!replacesAll && !isFile && !isLong)) return;
      event.preventDefault();
      this.take(brought);
    });
    this.file.addEventListener('change', () => {
      const files = [...(this.file.files ?? [])];
      if (files.length > 0) this.take(files.map((file) => ({ file })));
      this.file.value = '';
    });
  }

  private takeTyped(): void {
    this.since = performance.now();
    ++this.turn;
    this.inputs.replace(encoded(this.area.value), true);
    this.onBytes(this.inputs.shown.bytes, '');
  }

  /** Ctrl+Z belongs to the field while a person types in it, to the inputs else. */
  private keyed(event: KeyboardEvent): void {
    const isUndo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!isUndo || !this.inputs.canUndo || this.element.closest('[hidden]')) return;
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

/** A gzip file becomes what is in it. */
async function readFile(file: File, limit: number): Promise<{ bytes: Uint8Array; note: string }> {
  const bytes = new Uint8Array(await file.slice(0, limit).arrayBuffer());
  if (!isGzip(bytes)) return { bytes, note: file.size > bytes.length ? tooLong(file.size, limit) : '' };
  const unpacked = await inflated(bytes, 'gzip', limit);
  if (unpacked.bytes.length === 0 && unpacked.isDamaged) return { bytes, note: '' };
  const rest = unpacked.isCut ? ' There is more in it, which was not read.' : unpacked.isDamaged ? ' The file is damaged or incomplete; this is what could be unpacked.' : '';
  return { bytes: unpacked.bytes, note: `Unpacked from gzip: ${counted(unpacked.bytes.length, 'byte')}.${rest}` };
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
