// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import { counted } from '../numbers';

/** Panels behind tabs, inside a view. */
export class Tabs {
  readonly element: HTMLElement;
  onChange: () => void = () => {};
  chosen: string;
  private readonly tabs = new Map<string, HTMLElement>();
  private readonly counts = new Map<string, HTMLElement>();

  constructor(
    label: string,
    private readonly panels: [string, string, HTMLElement][],
  ) {
    this.chosen = panels[0]![0];
    const list = h('div', { class: 'tabs small', role: 'tablist', 'aria-label': label });
    for (const [name, title, panel] of panels) {
      const count = h('span', { class: 'count' });
      const tab = h('button', { type: 'button', role: 'tab', id: `found-${name}`, 'aria-controls': `found-panel-${name}`, on: { click: () => this.choose(name), keydown: (event) => this.keyed(event) } }, title, count);
      this.tabs.set(name, tab);
      this.counts.set(name, count);
      list.append(tab);
      panel.id = `found-panel-${name}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
    }
    this.element = h('div', { class: 'tabbed' }, h('div', { class: 'panel-head' }, list), ...panels.map(([, , panel]) => panel));
    this.show();
  }

  choose(name: string): void {
    if (this.chosen === name) return;
    this.chosen = name;
    this.show();
    this.onChange();
  }
  setCount(name: string, count: number): void {
    this.counts.get(name)!.textContent = count > 0 ? ` ${counted(count)}` : '';
  }

  /** A tab that has nothing to show now; where it is the chosen one, the first is chosen. */
  setHidden(name: string, isHidden: boolean): void {
    this.tabs.get(name)!.hidden = isHidden;
    if (isHidden && this.chosen === name) this.choose(this.panels[0]![0]);
  }

  private show(): void {
    for (const [name, , panel] of this.panels) {
      panel.hidden = name !== this.chosen;
      const tab = this.tabs.get(name)!;
      tab.setAttribute('aria-selected', String(name === this.chosen));
      tab.tabIndex = name === this.chosen ? 0 : -1;
    }
  }

  private keyed(event: KeyboardEvent): void {
    const names = this.panels.map(([name]) => name).filter((name) => !this.tabs.get(name)!.hidden);
    const at = names.indexOf(this.chosen);
    const step = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.choose(names[(step + names.length) % names.length]!);
    this.tabs.get(this.chosen)!.focus();
  }
}
