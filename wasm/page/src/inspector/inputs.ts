// SPDX-License-Identifier: Apache-2.0
/** The inputs that are open, and what was done to them. */

const kMost = 20; // inputs at once
const kMostBytes = 256 << 20; // of all together
const kRemembered = 8; // steps that Undo takes back
const kRememberedBytes = 80_000_000;
const kStored = 1_500_000; // bytes that a reload keeps; browsers give a tab 5 MB in all
const kStoreKey = 'metabatch inputs';

export interface Input {
  readonly name: string;
  bytes: Uint8Array;
}
/** How an input was before: with other bytes, not there (opened since), or at a place of the list (closed since). */
type Step = { input: Input; bytes: Uint8Array } | { input: Input; opened: true } | { input: Input; closedAt: number };
interface Stored {
  shown: number;
  inputs: { name: string; text: string }[];
}

const nothing = new Uint8Array();

export class Inputs {
  all: Input[] = [{ name: 'Input 1', bytes: nothing }];
  shown: Input = this.all[0]!;
  private made = 1;
  private readonly steps: Step[] = [];

  constructor() {
    addEventListener('pagehide', () => this.keep());
  }
  get canUndo(): boolean {
    return this.steps.length > 0;
  }

  /** Another content of the shown one; `isTyped`: a step of the field, which has an undo of its own. */
  replace(bytes: Uint8Array, isTyped = false): void {
    if (!isTyped && this.shown.bytes.length > 0) this.remember({ input: this.shown, bytes: this.shown.bytes });
    this.shown.bytes = bytes;
  }
  /** A new input behind the others, or the shown one where that is empty. False: there are too many. */
  open(bytes: Uint8Array, name = `Input ${this.made + 1}`): boolean {
    const isEmpty = this.shown.bytes.length === 0;
    const size = this.all.reduce((sum, one) => sum + one.bytes.length, bytes.length);
    if ((!isEmpty && this.all.length >= kMost) || size > kMostBytes) return false;
    const input = { name, bytes };
    if (isEmpty) this.all[this.all.indexOf(this.shown)] = input;
    else {
      ++this.made;
      this.all.push(input);
      this.remember({ input, opened: true });
    }
    this.shown = input;
    return true;
  }
  /** The last one stays, empty. */
  close(input: Input): void {
    const at = this.all.indexOf(input);
    if (this.all.length === 1) return this.replace(nothing);
    this.remember({ input, closedAt: at });
    this.leave(at);
  }

  /** Takes the last step back, and shows the input that it was about. */
  undo(): void {
    const step = this.steps.pop();
    if (!step) return;
    if ('bytes' in step) {
      step.input.bytes = step.bytes;
      if (this.all.includes(step.input)) this.shown = step.input;
    } else if ('closedAt' in step) {
      this.all.splice(step.closedAt, 0, step.input);
      this.shown = step.input;
    } else this.leave(this.all.indexOf(step.input));
  }

  /** Those of before a reload of this tab. False: there were none. */
  restore(): boolean {
    try {
      const stored = JSON.parse(sessionStorage.getItem(kStoreKey) ?? 'null') as Stored | null;
      if (!stored) return false;
      this.all = stored.inputs.map(({ name, text }) => ({ name, bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)) }));
      this.shown = this.all[stored.shown]!;
      this.made = this.all.length;
      return true;
    } catch {
      return false; // refused
    }
  }

  private leave(at: number): void {
    this.all.splice(at, 1);
    if (!this.all.includes(this.shown)) this.shown = this.all[Math.max(0, at - 1)]!;
  }
  private remember(step: Step): void {
    this.steps.push(step);
    const bytesOf = (one: Step) => ('bytes' in one ? one.bytes.length : 'closedAt' in one ? one.input.bytes.length : 0);
    const size = () => this.steps.reduce((sum, one) => sum + bytesOf(one), 0);
    while (this.steps.length > kRemembered || size() > kRememberedBytes) this.steps.shift();
  }

  /** For a reload of this tab alone: browsers forget it when the tab is closed. */
  private keep(): void {
    const size = this.all.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const stored = (): Stored => ({ shown: this.all.indexOf(this.shown), inputs: this.all.map(({ name, bytes }) => ({ name, text: textOfBytes(bytes) })) });
    try {
      if (size === 0 || size > kStored) sessionStorage.removeItem(kStoreKey);
      else sessionStorage.setItem(kStoreKey, JSON.stringify(stored()));
    } catch {
      // Refused, or full: then a reload begins anew.
    }
  }
}

function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return text;
}
