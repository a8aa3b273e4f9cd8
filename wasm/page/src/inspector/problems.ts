// SPDX-License-Identifier: Apache-2.0
import { h } from '../dom';
import type { CoreWorker } from '../core_worker';
import { Grid } from '../grid';
import type { Link } from './link';
import type { Result, Problem } from './result';
import { counted } from '../numbers';

/** What is wrong or unusual, each with its byte offset. */
export class ProblemsView {
  readonly element: HTMLElement;
  private readonly none = h('p', { class: 'muted outcome' }, 'Nothing is wrong with what was read.');
  private readonly grid: Grid;
  private readonly sentences = new Map<string, string>();
  private result: Result | undefined;
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
      cells: (row) => this.cells(this.result!.problem(row)),
      onPick: (row) => this.pick(this.result!.problem(row)),
      textOf: (row) => this.lineOf(this.result!.problem(row)),
    });
    this.element = h('div', { class: 'problems-view' }, this.none, this.grid.element);
  }

  show(result: Result | undefined): number {
    this.result = result;
    this.sentences.clear();
    const count = result?.problemCount ?? 0;
    this.none.hidden = count > 0;
    this.grid.element.hidden = count === 0;
    this.grid.setCount(count);
    return count;
  }

  private lineOf(problem: Problem): string {
    return `${counted(this.positionOf(problem))}\t${this.sentences.get(`${problem.what}${problem.index}`) ?? ''}`;
  }
  /** The offset that counts is that of the byte that does not fit, where there is one. */
  private positionOf({ what, index }: Problem): number {
    const result = this.result!;
    if (what === 'finding') return result.finding(index).at;
    const { kind, badAt, at } = result.span(index);
    return kind === 'bad_id' ? badAt : at;
  }

  private pick({ what, index }: Problem): void {
    this.link.pick(what === 'span' ? index : this.result!.finding(index).firstSpan, 'problems');
  }

  private cells(problem: Problem) {
    const { what, index } = problem;
    const about = what === 'span' ? this.result!.span(index) : this.result!.finding(index);
    const at = this.positionOf(problem);
    const sentence = this.sentences.get(`${what}${index}`);
    if (sentence === undefined) this.ask();
    return [counted(at), verdictMark(about.verdict), h('span', { title: sentence }, sentence ?? '…')];
  }

  /** For all visible rows at once. */
  private ask(): void {
    if (this.asking) return;
    this.asking = true;
    queueMicrotask(async () => {
      const result = this.result;
      const lacking = [...this.grid.drawn()].filter(([, row]) => row < (result?.problemCount ?? 0)).map(([, row]) => result!.problem(row)).filter((one) => !this.sentences.has(`${one.what}${one.index}`));
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
