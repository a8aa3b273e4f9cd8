// SPDX-License-Identifier: Apache-2.0
import { copyFrom } from '../copied';
import type { CoreWorker } from '../core_worker';
import { button, h, type Child } from '../dom';
import { Grid } from '../grid';
import type { Compared } from './calls';
import type { Input, Inputs } from './inputs';
import { counted } from '../numbers';

const kIdSize = 36; // characters of a UUID
const ascii = new TextDecoder();

/** Which agents one input names and another does not. */
export class CompareView {
  readonly element: HTMLElement;
  private readonly other = h('select', { id: 'compare-with', 'aria-label': 'Compare with' });
  private readonly outcome = h('p', { class: 'outcome', role: 'status' });
  private readonly copyHere: HTMLButtonElement;
  private readonly copyThere: HTMLButtonElement;
  private readonly grid: Grid;
  private compared: Compared = { here: 0, there: 0, both: 0, ids: new Uint8Array() };
  private chosen: Input | undefined;
  private turn = 0;

  constructor(
    private readonly inputs: Inputs,
    private readonly worker: CoreWorker,
  ) {
    this.grid = new Grid({
      label: 'Agents that only one of the two names',
      class: 'compared',
      columns: ['#', 'Agent', 'Missing in'].map((title, at) => ({ title, class: ['n', 'uuid', 'missing'][at]! })),
      cells: (row) => this.cells(row),
      onPick: () => {},
      textOf: (row) => this.uuid(row),
      onCell: (row, column, cell) => column === 'uuid' && void copyFrom(cell, this.uuid(row)),
    });
    this.copyHere = button('', () => void this.copy(this.copyHere, 0, this.compared.here));
    this.copyThere = button('', () => void this.copy(this.copyThere, this.compared.here, this.compared.there));
    const tools = h('div', { class: 'tools' }, h('label', { for: 'compare-with' }, 'Compare with'), this.other, this.copyHere, this.copyThere);
    this.element = h('div', { class: 'compare-view' }, tools, this.outcome, this.grid.element);
    this.other.addEventListener('change', () => {
      this.chosen = this.others[Number(this.other.value)];
      void this.show(true);
    });
  }

  private get others(): Input[] {
    return this.inputs.all.filter((one) => one !== this.inputs.shown);
  }

  /** Compares only while it is looked at: `isShown`. */
  async show(isShown: boolean): Promise<void> {
    const turn = ++this.turn;
    const { others } = this;
    if (!this.chosen || !others.includes(this.chosen)) this.chosen = others[0];
    this.other.replaceChildren(...others.map(({ name }, at) => h('option', { value: at }, name)));
    this.other.value = String(others.indexOf(this.chosen!));
    if (!isShown || !this.chosen) return;
    this.element.setAttribute('aria-busy', 'true');
    const compared = await this.worker.call('compare', { bytes: this.chosen.bytes });
    if (turn !== this.turn) return;
    this.compared = compared;
    this.element.removeAttribute('aria-busy');
    this.grid.setCount(compared.here + compared.there);
    this.grid.element.hidden = compared.here + compared.there === 0;
    this.outcome.textContent = this.sentence();
    for (const [one, count, name] of [[this.copyHere, compared.here, this.chosen.name], [this.copyThere, compared.there, this.inputs.shown.name]] as const) {
      one.hidden = count === 0;
      one.textContent = `Copy those missing in ${name}`;
    }
  }

  private sentence(): string {
    const { here, there, both } = this.compared;
    const [mine, other] = [this.inputs.shown.name, this.chosen!.name];
    if (here + there === 0) return both === 0 ? 'Neither names an agent.' : `Both name the same ${counted(both, 'agent')}.`;
    const missing = (count: number, name: string) => (count === 0 ? `none is missing in ${name}` : `${counted(count, 'agent')} ${count === 1 ? 'is' : 'are'} missing in ${name}`);
    const text = `${missing(here, other)}, ${missing(there, mine)}; ${counted(both)} ${both === 1 ? 'is' : 'are'} in both.`;
    return text[0]!.toUpperCase() + text.slice(1);
  }
  private uuid(row: number): string {
    return ascii.decode(this.compared.ids.subarray(row * kIdSize, (row + 1) * kIdSize));
  }
  private cells(row: number): Child[] {
    return [counted(row + 1), h('span', { title: 'Click to copy' }, this.uuid(row)), row < this.compared.here ? this.chosen!.name : this.inputs.shown.name];
  }
  private async copy(at: HTMLElement, from: number, count: number): Promise<void> {
    const text = ascii.decode(this.compared.ids.subarray(from * kIdSize, (from + count) * kIdSize)).replace(/.{36}/g, '$&\n');
    await copyFrom(at, text, `${counted(count, 'agent')} copied`);
  }
}
