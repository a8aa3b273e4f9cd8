// SPDX-License-Identifier: Apache-2.0
import { button, h } from '../dom';
import type { Fault, State } from './calls';

/** Breaks the database while it runs: a button for each fault, pressed while the fault is there. */
export class FaultBar {
  readonly element: HTMLElement;
  onToggle: (fault: number, isOn: boolean) => void = () => {};
  private readonly place = h('span', { class: 'faults', role: 'group', 'aria-label': 'Faults of the database' });
  private buttons: HTMLButtonElement[] = [];

  constructor(live: HTMLElement) {
    this.element = h('div', { class: 'panel tools fault-bar' }, h('span', { class: 'muted' }, 'Break while it runs'), this.place, live);
  }

  show([first]: readonly State[], isGoing: boolean): void {
    const faults = first?.faults ?? [];
    if (this.buttons.length < faults.length) this.place.replaceChildren(...(this.buttons = faults.map((fault, at) => this.button(fault, at))));
    this.buttons.forEach((one, at) => {
      one.disabled = !isGoing;
      one.setAttribute('aria-pressed', String(faults[at]?.isOn ?? false));
    });
  }

  private button({ label }: Fault, at: number): HTMLButtonElement {
    const one = button(label, () => this.onToggle(at, one.getAttribute('aria-pressed') !== 'true'), { 'data-fault': at });
    return one;
  }
}
