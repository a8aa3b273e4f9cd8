// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import { wordsOf } from '../scenario/form';
import type { Point, Sweep } from './calls';
import { costOf, delayOf, pointWords } from './frontier';
import { counted, numberText, percentText, settingText, spanText } from '../numbers';

/** The points as a table: arrow keys go through them, Enter takes one. */
export class PointsTable {
  readonly element: HTMLElement;
  onPick: (index: number) => void = () => {};
  onHover: (index: number | undefined) => void = () => {};
  private readonly body = h('tbody');
  private readonly head = h('tr');
  private readonly onlyFrontier = h('input', { type: 'checkbox', id: 'only-frontier', checked: true });
  private sweep: Sweep | undefined;

  constructor() {
    const tools = h('div', { class: 'panel-head' }, h('h2', {}, 'Settings tried'), h('label', { for: 'only-frontier' }, this.onlyFrontier, ' only the frontier, the settings in use and the recommended ones'));
    const table = h('table', { class: 'points-table' }, h('caption', { class: 'visually-hidden' }, 'Settings tried, by delay'), h('thead', {}, this.head), this.body);
    this.element = h('section', { class: 'panel points', 'aria-label': 'Settings tried' }, tools, h('div', { class: 'points-place', tabindex: 0, role: 'region', 'aria-label': 'Table of settings' }, table));
    this.onlyFrontier.addEventListener('change', () => this.sweep && this.show(this.sweep));
    this.body.addEventListener('keydown', (event) => this.keyed(event));
    this.body.addEventListener('pointerover', (event) => this.onHover(indexOf(event.target)));
    this.body.addEventListener('pointerleave', () => this.onHover(undefined));
    this.body.addEventListener('focusin', (event) => this.onHover(indexOf(event.target)));
  }

  show(sweep: Sweep): void {
    this.sweep = sweep;
    const { points, recommendation } = sweep;
    const shown = points.map((_, index) => index).filter((index) => !this.onlyFrontier.checked || points[index]!.isOnFrontier || points[index]!.isToday || index === recommendation?.point);
    shown.sort((a, b) => delayOf(points[a]!) - delayOf(points[b]!) || costOf(points[a]!) - costOf(points[b]!));
    const names = points[0]?.settings.slice(0, 4).map(([name]) => name) ?? [];
    const titles = [...names.map(wordsOf), 'UPDATEs + NOTIFYs a second', 'Saved', 'Age p99', 'Delay p99', 'Coalesced', 'Dropped', 'Remarks'];
    this.head.replaceChildren(...titles.map((title) => h('th', { scope: 'col' }, title)));
    this.body.replaceChildren(...shown.map((index, at) => this.row(points[index]!, index, at === 0, index === recommendation?.point)));
  }

  highlight(index: number | undefined): void {
    for (const row of this.body.querySelectorAll('tr')) row.classList.toggle('on', row.dataset['point'] === String(index));
  }

  private row(point: Point, index: number, isFirst: boolean, isBest: boolean): HTMLElement {
    const [first, ...rest] = point.settings;
    const use = h('button', { type: 'button', class: 'use', tabindex: isFirst ? 0 : -1, 'aria-label': `Use ${pointWords(point)}`, title: 'Use it in the simulator', on: { click: () => this.onPick(index) } }, settingText(first![1]));
    const remarks = [isBest && 'recommended', point.isToday && 'in use', !point.meets && (point.dropped > 0 ? 'drops' : 'too slow')].filter((one) => one !== false);
    const cells = [...rest.slice(0, 3).map(([, text]) => text.replaceAll('_', ' ')), numberText(costOf(point)), percentText(point.saved), spanText(point.age), spanText(point.p99), percentText(point.coalesced), counted(point.dropped)];
    return h('tr', { 'data-point': index, class: isBest ? 'best' : point.isToday ? 'today' : '' }, h('th', { scope: 'row' }, use), ...cells.map((text) => h('td', {}, text)), h('td', {}, remarks.join(', ')));
  }

  private keyed(event: KeyboardEvent): void {
    const buttons = [...this.body.querySelectorAll<HTMLButtonElement>('.use')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined || !buttons[next]) return;
    event.preventDefault();
    buttons[at]!.tabIndex = -1;
    buttons[next]!.tabIndex = 0;
    buttons[next]!.focus();
  }
}

function indexOf(target: EventTarget | null): number | undefined {
  const row = target instanceof Element ? target.closest('tr') : null;
  return row?.dataset['point'] === undefined ? undefined : Number(row.dataset['point']);
}
