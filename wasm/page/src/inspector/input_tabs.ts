// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import type { Input, Inputs } from './inputs';

/** Which input is looked at, where there are several. */
export class InputTabs {
  readonly element = h('div', { class: 'tabs small input-tabs', role: 'tablist', 'aria-label': 'Inputs', hidden: true });
  onChoose: (input: Input) => void = () => {};

  constructor(
    private readonly inputs: Inputs,
    private readonly panel: string,
  ) {
    this.element.addEventListener('keydown', (event) => this.keyed(event));
  }

  show(): void {
    const { all, shown } = this.inputs;
    this.element.hidden = all.length < 2;
    const hasFocus = this.element.contains(document.activeElement);
    const tab = (input: Input) => {
      const isShown = input === shown;
      return h('button', { type: 'button', role: 'tab', 'aria-selected': String(isShown), 'aria-controls': this.panel, tabindex: isShown ? 0 : -1, title: input.name, on: { click: () => this.onChoose(input) } }, input.name);
    };
    this.element.replaceChildren(...all.map(tab));
    if (hasFocus) this.element.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  private keyed(event: KeyboardEvent): void {
    const { all, shown } = this.inputs;
    const at = all.indexOf(shown);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.onChoose(all[target % all.length]!);
  }
}
