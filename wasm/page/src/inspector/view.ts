// SPDX-License-Identifier: Apache-2.0
import { copyFrom } from '../copied';
import { button, h } from '../dom';
import { isAbort, type CoreWorker } from '../core_worker';
import type { Frame, View } from '../frame';
import type { Brought } from '../intake';
import { BytesView } from './bytes';
import type { Limits, Names } from './calls';
import { CompareView } from './compare';
import { EncodeView } from './encode';
import { FindingsView } from './findings';
import { IdsView } from './ids';
import { InputView } from './input';
import { Link } from './link';
import { Result } from './result';
import { bytesOf, ShareDialog } from './share';
import { forms, line, notifies, writers, type Form } from './take_away';
import { VirtualList } from '../list';
import { inSlices } from '../slices';
import { Tabs } from './tabs';
import { ProblemsView } from './problems';
import { VerdictView } from './verdict';
import { counted } from '../numbers';

/** The inspector: says what a pasted payload is and what is wrong with it. */
export class Inspector implements View {
  readonly name = 'inspector';
  readonly title = 'Inspector';
  private readonly link = new Link();
  private frame!: Frame;
  private worker!: CoreWorker;
  private input!: InputView;
  private verdict!: VerdictView;
  private findings!: FindingsView;
  private bytesView!: BytesView;
  private ids!: IdsView;
  private problems!: ProblemsView;
  private encode!: EncodeView;
  private compare!: CompareView;
  private tabs!: Tabs;
  private share!: ShareDialog;
  private readonly details = h('p', { class: 'details', role: 'status', 'aria-live': 'polite', id: 'details' });
  private readonly copied = h('span', { class: 'outcome', role: 'status' });
  private facts!: Promise<{ names: Names; limits: Limits }>;
  private bytes: Uint8Array = new Uint8Array();
  private result: Result | undefined;
  private running: AbortController | undefined;
  private arrived: string | undefined;
  private isOld = false; // it was shown before

  mount(panel: HTMLElement, frame: Frame): void {
    this.frame = frame;
    this.worker = frame.startWorker();
    this.facts = this.worker.call('facts', null);
    void this.worker.call('warm', null).catch(() => {}); // facts tell of any failure
    this.share = new ShareDialog((state) => frame.link(this.name, state));
    const share = button('Share…', () => void this.share.open(this.bytes));
    this.input = new InputView(h('span', { class: 'grow' }), share);
    this.verdict = new VerdictView(this.worker);
    this.findings = new FindingsView(this.link);
    this.bytesView = new BytesView(this.link);
    this.ids = new IdsView(this.link, this.worker);
    this.problems = new ProblemsView(this.link, this.worker);
    this.encode = new EncodeView(this.worker, (text) => this.say(text));
    this.compare = new CompareView(this.input.inputs, this.worker);
    this.tabs = new Tabs('What was found', [
      ['ids', 'Ids', h('div', { class: 'fill' }, this.ids.element, this.copyBar())],
      ['problems', 'Problems', this.problems.element],
      ['encode', 'Encode', this.encode.element],
      ['compare', 'Compare', this.compare.element],
    ]);
    const both = h('div', { class: 'both' }, this.bytesView.element, h('section', { class: 'panel found-panel', 'aria-label': 'Found' }, this.tabs.element));
    // What scrolls, and below it the bar: so the bar covers nothing.
    panel.append(h('div', { class: 'scroll' }, this.input.element, this.verdict.element, this.input.starts(), this.findings.element, both), this.details, this.share.element);
    this.wire();
    this.showResult();
  }

  arrive(state: string | undefined): void {
    if (state === undefined && !this.isOld) void this.facts.then(() => this.input.restore(), () => {});
    this.isOld = true;
    if (state === undefined || state === this.arrived) return;
    this.arrived = state;
    void this.takeLink(state);
  }

  take(brought: Brought[]): void {
    this.input.take(brought);
  }

  private wire(): void {
    this.input.onBytes = (bytes, note) => void this.inspect(bytes, note);
    this.ids.onChange = () => void this.showEncoded();
    this.tabs.onChange = () => this.showChosen();
    this.verdict.onTake = (index) => void this.takeAlternative(index);
    this.link.onPick((span) => void this.tell(span));
    this.link.onHover((span) => void this.tell(span ?? this.link.picked));
    void this.facts.then(
      ({ limits }) => {
        this.input.limit = limits.inputBytes;
        this.encode.setLimits(limits);
      },
      (error: Error) => this.verdict.fail(error.message),
    );
  }

  private async takeLink(state: string): Promise<void> {
    try {
      const { limits } = await this.facts;
      this.input.takeBytes(await bytesOf(state, limits.inputBytes), '');
    } catch (error) {
      this.input.takeBytes(new Uint8Array(), `The link cannot be read: ${error instanceof RangeError ? error.message : 'it is damaged or not a link of this page'}.`);
    }
    this.arrived = state;
    this.frame.setState(this.name, state);
  }

  private async inspect(bytes: Uint8Array, note: string): Promise<void> {
    performance.mark('metabatch:input');
    this.running?.abort();
    const running = (this.running = new AbortController());
    const asked = this.worker.call('inspect', { bytes }, { signal: running.signal });
    if (this.arrived !== undefined || location.hash.includes('?')) this.frame.setState(this.name);
    this.arrived = undefined;
    this.bytes = bytes;
    this.result = undefined;
    this.verdict.begin(bytes.length);
    try {
      const [{ names, limits }, tables] = await Promise.all([this.facts, asked]);
      this.result = bytes.length > 0 ? new Result(tables, names, limits) : undefined;
    } catch (error) {
      if (isAbort(error) || running.signal.aborted) return;
      this.showResult();
      return this.verdict.fail(error instanceof Error ? error.message : String(error));
    }
    this.showResult(note);
    VirtualList.drawWaiting();
    requestAnimationFrame(() => setTimeout(() => performance.measure('metabatch:first-result', { start: this.input.since, end: performance.now() }))); // when it has been drawn
  }

  private showResult(note = ''): void {
    const { result, bytes } = this;
    document.body.classList.toggle('nothing', bytes.length === 0);
    this.link.pick(undefined, 'reset');
    this.verdict.show(result, bytes.length, note);
    this.findings.show(result);
    this.bytesView.show(bytes, result);
    this.ids.show(result);
    const problems = this.problems.show(result);
    this.showComparison();
    this.tabs.setCount('ids', result?.idCount ?? 0);
    this.tabs.setCount('problems', problems);
    const bad = result?.firstBad();
    if (this.tabs.chosen === 'compare') return;
    if (bad || (result && result.idCount === 0 && problems > 0)) this.tabs.choose('problems');
    else if (this.tabs.chosen === 'problems') this.tabs.choose('ids');
    if (bad) this.link.pick(bad.span, 'problems'); // what is wrong is in sight at once
  }

  /** Puts what an alternative gives in the place of its bytes. */
  private async takeAlternative(index: number): Promise<void> {
    const one = this.result?.alternatives[index];
    if (!one) return;
    const { bytes } = await this.worker.call('alternative', { bytes: this.bytes, index, at: one.at, length: one.length });
    this.input.takeBytes(bytes, '');
  }

  private async tell(span: number | undefined): Promise<void> {
    const { result } = this;
    if (!result || span === undefined) return void (this.details.textContent = '');
    const one = result.span(span);
    const [sentence] = await this.worker.call('describe', { what: 'span', indexes: [span] }).catch(() => ['']);
    if (result !== this.result || (this.link.hovered ?? this.link.picked) !== span) return;
    const range = one.length === 1 ? `Byte ${counted(one.at)}` : `Bytes ${counted(one.at)} to ${counted(one.at + one.length - 1)}`;
    this.details.textContent = `${range} (${counted(one.length)}) · ${one.kind.replaceAll('_', ' ')} · ${one.verdict} · ${sentence}`;
  }

  /** What is written of the ids that the filter shows, in slices: a million take a second or two. Undefined: another input
   *  came in between. */
  private async written(once: boolean, write: (uuid: string) => string, progress: (done: number, all: number) => void): Promise<{ text: string; count: number } | undefined> {
    const { result, ids } = this;
    const all = ids.count;
    const parts: string[] = [];
    let count = 0;
    const isWhole = await inSlices(all, 500, (from, to) => {
      const part: string[] = [];
      for (let row = from; row < to; ++row) {
        const at = ids.idAt(row);
        if (once && !result!.isFirst(at)) continue;
        part.push(write(result!.uuid(at)));
        ++count;
      }
      parts.push(part.join('')); // made flat here: else the last join would do that for all at once
    }, (done) => {
      progress(done, all);
      return result === this.result;
    });
    return isWhole ? { text: parts.join(''), count } : undefined;
  }
  private async showEncoded(): Promise<void> {
    const isShown = this.tabs.chosen === 'encode';
    const uuids = isShown && this.result ? await this.written(false, line, () => {}) : { text: '' };
    if (uuids) this.encode.show(uuids.text, isShown && this.tabs.chosen === 'encode');
  }

  private showComparison(): void {
    this.tabs.setHidden('compare', this.input.inputs.all.length < 2);
    void this.compare.show(this.tabs.chosen === 'compare' && this.result !== undefined);
  }
  private showChosen(): void {
    void this.showEncoded();
    this.showComparison();
  }

  private copyBar(): HTMLElement {
    const one = ([form, label, title]: [Form, string, string]) => {
      const made = button(label, () => void this.copyAs(form, made), { title, 'aria-label': `Copy as ${label}: ${title}` });
      return made;
    };
    return h('div', { class: 'tools copy-bar' }, h('span', { class: 'muted' }, 'Copy'), ...forms.map(one), this.copied);
  }
  private async copyAs(form: Form, from: HTMLElement): Promise<void> {
    const { each, whole } = writers[form];
    const written = this.result && (await this.written(true, each, (done, all) => this.say(`${counted(done)} of ${counted(all)}`)));
    if (!written || written.count === 0) return this.say('There are no ids to copy.');
    const { names, limits } = await this.facts;
    const text = form === 'notify' ? notifies(names.channel_default[0]!, await this.worker.call('encode', { uuids: written.text, budget: limits.defaultBudget, sorted: true })) : whole(written.text);
    const isDone = await copyFrom(from, text, `${counted(written.count, 'agent')} copied`);
    this.say(isDone ? `${counted(written.count, 'agent')} copied.` : 'The browser refused to copy.');
  }
  private say(text: string): void {
    this.copied.textContent = text;
    if (this.tabs.chosen !== 'ids') this.frame.announce(text);
  }
}
