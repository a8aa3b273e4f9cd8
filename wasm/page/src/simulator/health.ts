// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import type { State } from './calls';
import { findingItem } from './figures';

const kFindings = 2; // in sight; their place is kept, so that nothing below moves while it runs

/** What is wrong now, in the words of every other face of metabatch. */
export class HealthView {
  readonly element = h('section', { class: 'health', 'aria-label': 'Health' });

  show(states: readonly State[]): void {
    this.element.replaceChildren(...states.map(({ health }, slot) => {
      const head = h('p', {}, states.length > 1 && h('span', { class: 'slot-name' }, 'AB'[slot]!), h('strong', {}, health.headline), h('span', { class: 'muted' }, health.span));
      return h('div', { class: 'panel', 'data-state': health.state }, head, h('ul', {}, ...health.findings.slice(0, kFindings).map(findingItem)));
    }));
  }
}
