// SPDX-License-Identifier: Apache-2.0
import { counted, h } from '../dom';
import type { CoreWorker } from '../core_worker';
import { Grid } from '../grid';
import type { Link } from './link';
import type { Result, Problem } from './result';

/** What is wrong or unusual, each with its byte offset. */
export class ProblemsView {
  readonly element: HTMLElement;
  private readonly none = h('p', { class: 'muted outcome' }, 'Nothing is wrong with what was read.');
  private readonly grid: Grid;
  private readonly sentences = new Map<string, string>();
  private result: Result | undefined;
  private problems: Problem[] = [];
  private asking = false;

  constructor(
    private readonly link: Link,
    private readonly worker: CoreWorker,
  ) {
    this.grid = new Grid({
      label: 'Problems',
      class: 'problems',
      columns: [
        { title: 'Byte', class: 'n' },
        { title: 'Verdict', class: 'sign', isNarrow: true },
        { title: 'What', class: 'sentence' },
      ],
      cells: (row) => this.cells(this.problems[row]!),
      onPick: (row) => this.pick(this.problems[row]!),
    });
    this.element = h('div', { class: 'problems-view' }, this.none, this.grid.element);
  }

  show(result: Result | undefined): number {
    this.result = result;
    this.sentences.clear();
    this.problems = result?.problems() ?? [];
    this.none.hidden = this.problems.length > 0;
    this.grid.element.hidden = this.problems.length === 0;
    this.grid.setCount(this.problems.length);
    return this.problems.length;
  }

  private pick({ what, index }: Problem): void {
    this.link.pick(what === 'span' ? index : this.result!.finding(index).firstSpan, 'problems');
  }

  private cells({ what, index }: Problem) {
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
      const lacking = [...this.grid.drawn()].map(([, row]) => this.problems[row]).filter((one): one is Problem => one !== undefined && !this.sentences.has(`${one.what}${one.index}`));
      for (const what of ['finding', 'span'] as const) {
        const indexes = lacking.filter((one) => one.what === what).map((one) => one.index);
        const texts = await this.worker.call('describe', { what, indexes }).catch(() => indexes.map(() => '(not described)'));
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
