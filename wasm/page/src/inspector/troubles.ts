// SPDX-License-Identifier: Apache-2.0
import { counted, h } from '../dom';
import type { Engine } from '../engine';
import { Grid } from '../grid';
import type { Link } from './link';
import type { Result, Trouble } from './result';

/** What is wrong or unusual, each with its byte offset. */
export class TroublesView {
  readonly element: HTMLElement;
  private readonly none = h('p', { class: 'muted outcome' }, 'Nothing is wrong with what was read.');
  private readonly grid: Grid;
  private readonly sentences = new Map<string, string>();
  private result: Result | undefined;
  private troubles: Trouble[] = [];
  private asking = false;

  constructor(
    private readonly link: Link,
    private readonly engine: Engine,
  ) {
    this.grid = new Grid({
      label: 'Problems',
      class: 'troubles',
      columns: [
        { title: 'Byte', class: 'n' },
        { title: 'Verdict', class: 'sign', isNarrow: true },
        { title: 'What', class: 'sentence' },
      ],
      cells: (row) => this.cells(this.troubles[row]!),
      onPick: (row) => this.pick(this.troubles[row]!),
    });
    this.element = h('div', { class: 'troubles-view' }, this.none, this.grid.element);
  }

  show(result: Result | undefined): number {
    this.result = result;
    this.sentences.clear();
    this.troubles = result?.troubles() ?? [];
    this.none.hidden = this.troubles.length > 0;
    this.grid.element.hidden = this.troubles.length === 0;
    this.grid.setCount(this.troubles.length);
    return this.troubles.length;
  }

  private pick({ what, index }: Trouble): void {
    this.link.pick(what === 'span' ? index : this.result!.finding(index).firstSpan, 'troubles');
  }

  private cells({ what, index }: Trouble) {
    const result = this.result!;
    const about = what === 'span' ? result.span(index) : result.finding(index);
    // The offset that counts is that of the byte that does not fit, where there is one.
    const at = what === 'span' && result.span(index).kind === 'bad_id' ? result.span(index).badAt : about.at;
    const sentence = this.sentences.get(`${what}${index}`);
    if (sentence === undefined) this.ask();
    return [counted(at), verdictMark(about.verdict), h('span', { title: sentence }, sentence ?? '…')];
  }

  /** For all rows in sight at once. */
  private ask(): void {
    if (this.asking) return;
    this.asking = true;
    queueMicrotask(async () => {
      const result = this.result;
      const lacking = [...this.grid.drawn()].map(([, row]) => this.troubles[row]).filter((one): one is Trouble => one !== undefined && !this.sentences.has(`${one.what}${one.index}`));
      for (const what of ['finding', 'span'] as const) {
        const indexes = lacking.filter((one) => one.what === what).map((one) => one.index);
        const texts = await this.engine.call('describe', { what, indexes }).catch(() => indexes.map(() => '(not described)'));
        if (result === this.result) texts.forEach((text, at) => this.sentences.set(`${what}${indexes[at]}`, text));
      }
      this.asking = false;
      if (lacking.length > 0 || result !== this.result) this.grid.redraw();
    });
  }
}

const signs: Record<string, string> = { good: '●', odd: '◆', bad: '▲', plain: '·' };

/** Colour is never the only sign. */
export function verdictMark(verdict: string): HTMLElement {
  return h('span', { class: `mark-of v-${verdict}`, role: 'img', 'aria-label': verdict, title: verdict }, signs[verdict] ?? '·');
}
