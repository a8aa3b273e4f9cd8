// SPDX-License-Identifier: Apache-2.0
import { button, copy, h } from '../dom';
import type { CoreWorker } from '../core_worker';
import type { Limits } from './calls';
import { counted } from '../numbers';

const kShown = 50; // chunks; more can be copied, but nobody reads them

/** The other way: the ids in sight as the payloads that metabatch would send. */
export class EncodeView {
  readonly element: HTMLElement;
  private readonly budget = h('input', { type: 'number', id: 'budget', step: 1, inputmode: 'numeric' });
  private readonly sorted = h('input', { type: 'checkbox', id: 'sorted', checked: true });
  private readonly outcome = h('p', { class: 'outcome', role: 'status' });
  private readonly chunks = h('ol', { class: 'chunks' });
  private readonly copyAll: HTMLButtonElement;
  private encoded: string[] = [];
  private uuids = ''; // one a line
  private symbols = 1; // an id
  private asked = 0;

  constructor(
    private readonly worker: CoreWorker,
    private readonly announce: (text: string) => void,
  ) {
    this.copyAll = button('Copy all, one a line', () => void this.take(this.encoded.map((chunk) => `${chunk}\n`).join('')));
    const budget = h('label', { for: 'budget' }, 'Payload budget, bytes ', this.budget);
    const sorted = h('label', { for: 'sorted' }, this.sorted, ' sorted, each agent once');
    this.element = h('div', { class: 'encode-view' }, h('div', { class: 'tools' }, budget, sorted, this.copyAll), this.outcome, this.chunks);
    this.budget.addEventListener('input', () => void this.apply());
    this.sorted.addEventListener('change', () => void this.apply());
  }

  setLimits(limits: Limits): void {
    this.symbols = limits.idSymbols;
    this.budget.min = String(limits.leastBudget);
    this.budget.max = String(Math.floor(limits.notifyBytes / limits.idSymbols + 1) * limits.idSymbols - 1);
    this.budget.value = String(limits.defaultBudget);
  }

  /** Encodes only when it is looked at: `isShown`. UUIDs are one a line. */
  show(uuids: string, isShown: boolean): void {
    this.uuids = uuids;
    if (isShown) void this.apply();
  }

  private async apply(): Promise<void> {
    const turn = ++this.asked;
    const refused = !this.budget.validity.valid || this.budget.value === '';
    const ask = { uuids: this.uuids, budget: this.budget.valueAsNumber, sorted: this.sorted.checked };
    const encoded = refused || this.uuids === '' ? [] : await this.worker.call('encode', ask);
    if (turn !== this.asked) return;
    this.encoded = encoded;
    this.copyAll.disabled = encoded.length === 0;
    this.outcome.textContent = refused ? `A budget is from ${this.budget.min} to ${counted(Number(this.budget.max))} bytes.` : summary(encoded);
    this.chunks.replaceChildren(...encoded.slice(0, kShown).map((chunk, at) => this.row(chunk, at)));
  }

  private row(chunk: string, at: number): HTMLElement {
    const ids = chunk.length / this.symbols;
    return h('li', {}, h('span', { class: 'chunk-size' }, `${counted(ids, 'id')}, ${counted(chunk.length, 'byte')}`), h('code', {}, chunk.length > 3 * this.symbols ? `${chunk.slice(0, 3 * this.symbols)}…` : chunk), button('Copy', () => void this.take(chunk), { 'aria-label': `Copy chunk ${at + 1}` }));
  }

  private async take(text: string): Promise<void> {
    this.announce((await copy(text)) ? `${counted(text.length, 'byte')} copied` : 'The browser refused to copy');
  }
}

function summary(chunks: string[]): string {
  if (chunks.length === 0) return 'No ids, so no chunk: an empty payload is never sent.';
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const hidden = chunks.length > kShown ? `; the first ${kShown} are shown` : '';
  return `${counted(chunks.length, 'chunk')}, ${counted(bytes, 'byte')} in all${hidden}.`;
}
