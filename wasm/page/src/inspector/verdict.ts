// SPDX-License-Identifier: Apache-2.0
import { button, h } from '../dom';
import type { CoreWorker } from '../core_worker';
import { noteTag, readable } from './findings';
import type { Result } from './result';
import { verdictMark } from './problems';
import { counted } from '../numbers';

const kOffered = 5; // alternatives; more can be found by taking one

function firstBad(result: Result): string {
  const bad = result.firstBad();
  return bad ? ` The first byte that does not fit is at offset ${counted(bad.at)}.` : '';
}

/** The answer at a glance: what the input is, whether it is sound, and its size against the limit of a NOTIFY. */
export class VerdictView {
  readonly element: HTMLElement;
  private readonly mark = h('span', { class: 'big-mark' });
  private readonly sentence = h('p', { class: 'sentence', id: 'verdict', role: 'status' });
  private readonly tags = h('span', { class: 'tags' });
  private readonly note = h('p', { class: 'note', hidden: true, role: 'alert' });
  private readonly bar = h('span', { class: 'bar-fill' });
  private readonly size = h('span', { class: 'size-text' });
  private readonly meter = h('span', { class: 'size', hidden: true }, h('span', { class: 'bar', 'aria-hidden': 'true' }, this.bar), this.size);
  private readonly alternatives = h('ul', { class: 'alternatives', 'aria-label': 'Other ways to read it' });
  /** Called when a person takes one of the alternatives. */
  onTake: (index: number) => void = () => {};
  private turn = 0;

  constructor(private readonly worker: CoreWorker) {
    this.element = h('section', { class: 'panel verdict', 'aria-label': 'Verdict' }, this.mark, h('div', { class: 'words' }, this.sentence, this.tags, this.note, this.alternatives), this.meter);
  }

  begin(bytes: number): void {
    this.element.setAttribute('aria-busy', 'true');
    if (bytes > 4_000_000) this.sentence.textContent = `Reading ${counted(bytes, 'byte')}…`;
  }

  fail(message: string): void {
    this.element.removeAttribute('aria-busy');
    this.set('bad', 'This could not be inspected.', []);
    this.tell(message);
  }

  show(result: Result | undefined, bytes: number, note: string): void {
    ++this.turn;
    this.element.removeAttribute('aria-busy');
    this.meter.hidden = true;
    const stopped = result?.notes.includes('stopped') ? `Reading stopped at byte ${counted(result.readBytes)} of ${counted(bytes)}, the limit of parts; the rest was not read. ` : '';
    this.tell(stopped + note);
    void this.offer(result);
    if (!result) return this.set('plain', note === '' ? 'Nothing pasted yet.' : 'Nothing was read.', []);
    if (result.findingCount === 0) return this.set('plain', 'Nothing here that metabatch knows: no payload, no UUID, no notification.', result.notes);
    if (result.findingCount === 1) return this.showOne(result);
    const { bad, odd } = result.totals;
    const worst = bad > 0 ? 'bad' : odd > 0 ? 'odd' : 'good';
    const remarked = bad + odd;
    const soundness = remarked === 0 ? 'all are sound' : `${counted(remarked)} with remarks`;
    this.set(worst, `${counted(result.findingCount, 'finding')}: ${counted(result.idCount, 'id')} of ${counted(result.distinct, 'agent')}; ${soundness}.${firstBad(result)}`, result.notes);
  }

  /** One line for each other way to read it, with what it would give. */
  private async offer(result: Result | undefined): Promise<void> {
    const { turn } = this;
    this.alternatives.replaceChildren();
    const shown = result?.alternatives.slice(0, kOffered) ?? [];
    if (shown.length === 0) return;
    const sentences = await this.worker.call('describe', { what: 'alternative', indexes: shown.map(({ index }) => index) });
    if (turn !== this.turn) return;
    this.alternatives.replaceChildren(
      ...shown.map(({ index, at }, row) => h('li', {}, h('span', {}, `Byte ${counted(at)}: ${sentences[row]}`), button('Take', () => this.onTake(index), { 'aria-label': `Take it: ${sentences[row]}` }))),
    );
  }

  private showOne(result: Result): void {
    const one = result.finding(0);
    const turn = this.turn;
    this.set(one.verdict, `${readable(one.form)}: ${counted(one.ids, 'id')}`, [...new Set([...one.notes, ...result.notes])]);
    void this.worker.call('describe', { what: 'finding', indexes: [0] }).then(([sentence]) => {
      if (turn === this.turn) this.sentence.textContent = `${sentence!.charAt(0).toUpperCase()}${sentence!.slice(1)}.${firstBad(result)}`;
    });
    if (one.form === 'uuid_list' || one.form === 'channel_name') return;
    const { notifyBytes } = result.limits;
    this.meter.hidden = false;
    this.bar.style.width = `${Math.min(100, (one.payloadBytes / notifyBytes) * 100)}%`;
    this.meter.classList.toggle('over', one.payloadBytes > notifyBytes);
    this.size.textContent = `${counted(one.payloadBytes)} of ${counted(notifyBytes)} bytes`;
  }

  private set(verdict: string, sentence: string, notes: string[]): void {
    this.element.dataset['verdict'] = verdict;
    this.mark.replaceChildren(verdictMark(verdict));
    this.sentence.textContent = sentence;
    this.tags.replaceChildren(...notes.map((note) => noteTag(note, verdict)));
  }
  private tell(note: string): void {
    this.note.hidden = note === '';
    this.note.textContent = note;
  }
}
