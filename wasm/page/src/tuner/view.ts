// SPDX-License-Identifier: Apache-2.0
import { numberText, secondsText } from '../chart/axis';
import { button, copy, counted, h } from '../dom';
import { isAbort, type CoreWorker } from '../core_worker';
import type { Frame, View } from '../frame';
import { ScenarioForm } from '../scenario/form';
import type { Model } from '../scenario/model';
import type { Texts } from '../scenario/calls';
import { findingItem, percentText } from '../simulator/figures';
import type { Point, Sweep } from './calls';
import { costOf, FrontierChart, settingsWords } from './frontier';
import { PointsTable } from './points';

const kDelay = 'max-delay'; // what it is called in a link, and by the program

/** The tuner: tries settings on the arrivals of a fleet, and says which to take. */
export class TunerView implements View {
  readonly name = 'tuner';
  readonly title = 'Tuner';
  private panel!: HTMLElement;
  private frame!: Frame;
  private worker!: CoreWorker;
  private form: ScenarioForm | undefined;
  private sweep: Sweep | undefined;
  private running: AbortController | undefined;
  private changed: Texts = [];
  private shown: string | undefined;
  private isStale = true;
  private readonly chart = new FrontierChart();
  private readonly points = new PointsTable();
  private readonly delay = h('input', { type: 'text', id: kDelay, value: '5s', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'max-delay-problem' });
  private readonly problem = h('span', { class: 'problem', id: 'max-delay-problem' });
  private readonly progress = h('progress', { max: 1, value: 0, 'aria-label': 'Tried' });
  private readonly outcome = h('p', { class: 'outcome', role: 'status' });
  private readonly advice = h('section', { class: 'panel advice', 'aria-label': 'Recommended settings' });
  private readonly again = button('Search', () => this.searchOrStop(), { class: 'primary', id: 'search' });

  constructor(private readonly model: Model) {}

  mount(panel: HTMLElement, frame: Frame): void {
    this.panel = panel;
    this.frame = frame;
    this.worker = frame.startWorker();
    const side = h('section', { class: 'panel side', 'aria-label': 'Scenario' });
    const bar = h('div', { class: 'panel tools run-bar' }, this.again, this.progress, h('span', { class: 'grow' }), button('Copy link', () => void this.copyLink()), this.outcome);
    panel.append(h('div', { class: 'simulator tuner' }, side, h('div', { class: 'result' }, bar, this.advice, this.chart.element, this.points.element)));
    const wanted = h('div', { class: 'field wanted' }, h('label', { for: kDelay }, 'Allowed delay: p99 at most'), this.delay, this.problem);
    this.wire();
    void this.worker.call('fields', null).then((fields) => {
      this.form = new ScenarioForm(this.model, fields, false, wanted);
      side.append(this.form.element);
      void this.search();
    }, (error: Error) => this.say(error.message));
  }

  arrive(state: string | undefined): void {
    if (state !== undefined && state !== this.shown) this.takeState(state);
    else if (state === undefined && this.shown !== undefined && !this.isStale) this.frame.setState(this.name, this.shown);
    if (this.model.a.size === 0 && state === undefined) this.model.takePreset('headline');
    if (this.isStale) void this.search();
  }

  private takeState(state: string): void {
    const query = new URLSearchParams(state);
    this.delay.value = query.get(kDelay) ?? this.delay.value;
    query.delete(kDelay);
    this.model.takeState(query.toString());
  }

  private wire(): void {
    const pick = (index: number) => this.use(this.sweep!.points[index]!);
    const hover = (index: number | undefined) => {
      this.chart.highlight(index);
      this.points.highlight(index);
    };
    this.chart.onPick = this.points.onPick = pick;
    this.chart.onHover = this.points.onHover = hover;
    this.delay.addEventListener('change', () => void this.search());
    this.model.onChange(() => {
      this.isStale = true;
      this.form?.show();
      if (!this.panel?.hidden) void this.search();
    });
  }

  private searchOrStop(): void {
    if (!this.running) return void this.search().then(() => this.form?.focusFirstProblem());
    this.running.abort();
  }

  private async search(): Promise<void> {
    const { form, model } = this;
    if (!form || this.panel.hidden) return;
    this.isStale = false;
    this.running?.abort();
    const running = (this.running = new AbortController());
    form.show();
    this.become('running');
    try {
      const texts = model.textsOf('a');
      const checked = await this.worker.call('check', { texts }, { signal: running.signal });
      form.judge(checked);
      this.changed = checked.changed;
      const options = { signal: running.signal, onProgress: (sweep: Sweep) => this.show(sweep) };
      const { problems, problem, sweep } = await this.worker.call('tune', { texts, maxDelay: this.delay.value }, options);
      this.problem.textContent = problem;
      this.delay.setAttribute('aria-invalid', String(problem !== ''));
      if (sweep) this.finish(sweep);
      else this.say(`Not tried: ${problem || problems[0]?.[1]}`);
    } catch (error) {
      if (!isAbort(error)) this.say(error instanceof Error ? error.message : String(error));
      else if (this.running === running) this.say('Stopped: this is what was tried so far.');
    }
    if (this.running !== running) return;
    this.running = undefined;
    this.become('finished');
  }

  private finish(sweep: Sweep): void {
    this.show(sweep);
    this.say(`${counted(sweep.points.length, 'setting')} tried on the same arrivals.`);
    const query = new URLSearchParams(this.changed);
    query.set(kDelay, this.delay.value);
    this.shown = query.toString();
    if (!this.panel.hidden) this.frame.setState(this.name, this.shown);
  }

  private show(sweep: Sweep): void {
    this.sweep = sweep;
    this.progress.value = sweep.points.length / sweep.size;
    this.chart.show(sweep);
    this.points.show(sweep);
    this.showAdvice(sweep);
  }

  private showAdvice({ points, recommendation, maxDelay }: Sweep): void {
    if (!recommendation) return this.advice.replaceChildren();
    const best = points[recommendation.point]!;
    const today = points.find(({ isToday }) => isToday);
    const sentence = recommendation.meets
      ? `Least writes and NOTIFYs with 99 % of the rows within ${secondsText(maxDelay)}: ${numberText(costOf(best))} a second, age p99 ${secondsText(best.age)}, delay p99 ${secondsText(best.p99)}.`
      : `No tried setting keeps 99 % of the rows within ${secondsText(maxDelay)} and drops nothing; this comes closest: age p99 ${secondsText(best.age)}, delay p99 ${secondsText(best.p99)}.`;
    const chips = best.settings.map(([name, text]) => h('li', {}, h('span', { class: 'muted' }, name), ' ', h('strong', {}, text)));
    const now = today && !best.isToday && h('p', { class: 'muted' }, `In use today: ${settingsWords(today)}: ${numberText(costOf(today))} a second (${percentText(today.saved)} saved), age p99 ${secondsText(today.age)}, delay p99 ${secondsText(today.p99)}.`);
    this.advice.dataset['meets'] = String(recommendation.meets);
    this.advice.replaceChildren(
      h('h2', {}, best.isToday ? 'Keep the settings in use' : 'Recommended settings'),
      h('ul', { class: 'chips' }, ...chips),
      h('p', { class: 'sentence' }, sentence),
      ...(now ? [now] : []),
      h('ul', { class: 'findings-words', 'aria-label': 'Why' }, ...recommendation.findings.map(findingItem)),
      h('div', { class: 'tools' }, button('Use in the simulator', () => this.use(best), { class: 'primary', id: 'use-best' }), button('Compare with the settings in use', () => this.compare(best), { id: 'compare-best' })),
    );
  }

  private use(point: Point): void {
    const fields = new Map(this.model.a);
    for (const [name, text] of point.settings) fields.set(name, text);
    this.model.take([...fields]);
    this.frame.go('simulator');
  }
  private compare(point: Point): void {
    this.model.compare(true, point.settings);
    this.frame.go('simulator');
  }

  private become(phase: 'running' | 'finished'): void {
    this.panel.dataset['phase'] = phase;
    this.again.textContent = phase === 'running' ? 'Stop' : 'Search';
  }
  private async copyLink(): Promise<void> {
    this.say((await copy(this.frame.link(this.name, this.shown))) ? 'Link copied.' : 'The browser refused to copy; the address bar has the link.');
  }
  private say(text: string): void {
    this.outcome.textContent = text;
  }
}
