// SPDX-License-Identifier: Apache-2.0
import { copyFrom } from '../copied';
import { button, h } from '../dom';
import { isAbort, type CoreWorker } from '../core_worker';
import type { Frame, View } from '../frame';
import { pointerFree } from '../pointer';
import { ScenarioForm } from '../scenario/form';
import { Model } from '../scenario/model';
import type { Texts } from '../scenario/calls';
import { findingItem } from '../simulator/figures';
import type { Point, Sweep } from './calls';
import { costOf, FrontierChart, settingsWords } from './frontier';
import { PointsTable } from './points';
import { counted, numberText, percentText, secondsText, settingText, spanText } from '../numbers';

const kDelay = 'max-delay'; // what it is called in a link, and by the program

/** The tuner: tries settings on the arrivals of a fleet, and says which to take. Fleet, database and recording are those of the
 *  simulator; the settings are its own, the baseline, so that trying a point in the simulator changes nothing here. */
export class TunerView implements View {
  readonly name = 'tuner';
  readonly title = 'Tuner';
  private readonly model = new Model();
  private settings: ReadonlySet<string> = new Set();
  private panel!: HTMLElement;
  private frame!: Frame;
  private worker!: CoreWorker;
  private form: ScenarioForm | undefined;
  private sweep: Sweep | undefined;
  private running: AbortController | undefined;
  private changed: Texts = [];
  private shown: string | undefined;
  private given: File | undefined; // the recording that the Worker has
  private isStale = true;
  private isFollowing = false; // what changes comes from the simulator
  private readonly chart = new FrontierChart();
  private readonly points = new PointsTable();
  private readonly delay = h('input', { type: 'text', id: kDelay, value: '5s', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'max-delay-problem' });
  private readonly problem = h('span', { class: 'problem', id: 'max-delay-problem' });
  private readonly recording = h('p', { class: 'muted recorded', role: 'status' });
  private readonly progress = h('progress', { max: 1, value: 0, 'aria-label': 'Tried' });
  private readonly outcome = h('p', { class: 'outcome', role: 'status' });
  private readonly advice = h('section', { class: 'panel advice', 'aria-label': 'Recommended settings' });
  private readonly again = button('Search', () => this.searchOrStop(), { class: 'primary', id: 'search' });
  private readonly link = button('Copy link', () => void this.copyLink());
  private readonly baseline = button('Use the simulator\'s settings as baseline', () => this.useAsBaseline([...this.simulated.a]), { id: 'baseline', hidden: true });

  constructor(private readonly simulated: Model) {}

  mount(panel: HTMLElement, frame: Frame): void {
    this.panel = panel;
    this.frame = frame;
    this.worker = frame.startWorker();
    const side = h('section', { class: 'panel side', 'aria-label': 'Scenario' });
    const bar = h('div', { class: 'panel tools run-bar' }, this.again, this.progress, h('span', { class: 'grow' }), this.baseline, this.link, this.outcome);
    panel.append(h('div', { class: 'simulator tuner' }, side, h('div', { class: 'result' }, bar, this.advice, this.chart.element, this.points.element)));
    const wanted = h('div', { class: 'field wanted' }, h('label', { for: kDelay }, 'Allowed delay: p99 at most'), this.delay, this.problem, this.recording);
    this.wire();
    void this.worker.call('fields', null).then((fields) => {
      this.settings = new Set(fields.filter(({ isSetting }) => isSetting).map(({ name }) => name));
      if (this.model.a.size === 0) this.follow(true);
      else this.simulated.follow(this.model, this.settings, this.simulated.a.size === 0); // a link came first
      this.form = new ScenarioForm(this.model, fields, false, wanted);
      side.append(this.form.element);
      void this.search();
    }, (error: Error) => this.say(error.message));
  }

  arrive(state: string | undefined): void {
    if (state !== undefined && state !== this.shown) this.takeState(state);
    else if (this.form) this.follow(false);
    if (state === undefined && this.shown !== undefined && !this.isStale) this.frame.setState(this.name, this.shown);
    if (this.isStale) void this.search();
  }

  private takeState(state: string): void {
    const query = new URLSearchParams(state);
    this.delay.value = query.get(kDelay) ?? this.delay.value;
    query.delete(kDelay);
    this.model.takeState(query.toString());
  }

  /** Takes the fleet, the database and the recording of the simulator. */
  private follow(withSettings: boolean): void {
    const { simulated, model } = this;
    if (simulated.a.size === 0) simulated.takePreset('headline');
    const before = JSON.stringify([[...model.a], model.recorded?.duration]);
    this.isFollowing = true;
    model.follow(simulated, this.settings, withSettings);
    this.isFollowing = false;
    this.isStale ||= before !== JSON.stringify([[...model.a], model.recorded?.duration]);
    this.showBaseline();
  }
  private useAsBaseline(settings: Texts): void {
    const fields = new Map([...this.model.a].filter(([name]) => !this.settings.has(name)));
    for (const [name, text] of settings) if (this.settings.has(name)) fields.set(name, text);
    this.model.take([...fields]);
    this.showBaseline();
  }
  private showBaseline(): void {
    const settingsOf = (model: Model) => JSON.stringify([...model.a].filter(([name]) => this.settings.has(name)).sort());
    this.baseline.hidden = settingsOf(this.model) === settingsOf(this.simulated);
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
      if (this.isFollowing) return;
      this.isStale = true;
      if (this.form) this.simulated.follow(this.model, this.settings, false);
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
    this.become('running');
    await pointerFree();
    form.show();
    this.showBaseline();
    try {
      await this.give(running.signal);
      const texts = model.textsOf('a');
      const checked = await this.worker.call('check', { texts }, { signal: running.signal });
      form.judge(checked);
      this.changed = checked.changed;
      const options = { signal: running.signal, onProgress: (sweep: Sweep) => this.show(sweep) };
      const { problems, problem, sweep } = await this.worker.call('tune', { texts, maxDelay: this.delay.value }, options);
      this.problem.textContent = problem;
      this.delay.setAttribute('aria-invalid', String(problem !== ''));
      this.panel.classList.toggle('is-old', sweep === undefined);
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

  /** The recording of the simulator, or its fleet again. */
  private async give(signal: AbortSignal): Promise<void> {
    const file = this.model.recorded?.file;
    this.panel.classList.toggle('is-recorded', file !== undefined);
    this.recording.textContent = file ? `The arrivals are those of ${file.name}, as in the simulator.` : '';
    if (file === this.given) return;
    await this.worker.call('record', file ?? null, { signal });
    this.given = file;
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
      ? `Least writes and NOTIFYs with 99 % of the rows within ${secondsText(maxDelay)}: ${numberText(costOf(best))} a second, age p99 ${spanText(best.age)}, delay p99 ${spanText(best.p99)}.`
      : `No tried setting keeps 99 % of the rows within ${secondsText(maxDelay)} and drops nothing; this comes closest: age p99 ${spanText(best.age)}, delay p99 ${spanText(best.p99)}.`;
    const chips = best.settings.map(([name, text]) => h('li', {}, h('span', { class: 'muted' }, name), ' ', h('strong', {}, settingText(text, name))));
    const now = today && !best.isToday && h('p', { class: 'muted' }, `Baseline: ${settingsWords(today)}: ${numberText(costOf(today))} a second (${percentText(today.saved)} saved), age p99 ${spanText(today.age)}, delay p99 ${spanText(today.p99)}.`);
    this.advice.dataset['meets'] = String(recommendation.meets);
    this.advice.replaceChildren(
      h('h2', {}, best.isToday ? 'Keep the settings in use' : 'Recommended settings'),
      h('ul', { class: 'chips' }, ...chips),
      h('p', { class: 'sentence' }, sentence),
      ...(now ? [now] : []),
      h('ul', { class: 'findings-words', 'aria-label': 'Why' }, ...recommendation.findings.map(findingItem)),
      this.adviceTools(best),
    );
  }
  private adviceTools(best: Point): HTMLElement {
    const tools = [button('Use in the simulator', () => this.use(best), { class: 'primary', id: 'use-best' }), button('Compare with the baseline', () => this.compare(best), { id: 'compare-best' })];
    if (!best.isToday) tools.push(button('Use as baseline', () => this.useAsBaseline([...this.model.a, ...best.settings]), { id: 'baseline-best' }));
    return h('div', { class: 'tools' }, ...tools);
  }

  private use(point: Point): void {
    const fields = new Map(this.model.a);
    for (const [name, text] of point.settings) fields.set(name, text);
    this.simulated.take([...fields]);
    this.frame.go('simulator');
  }
  private compare(point: Point): void {
    this.simulated.take([...this.model.a], point.settings);
    this.frame.go('simulator');
  }

  private become(phase: 'running' | 'finished'): void {
    this.panel.dataset['phase'] = phase;
    this.again.textContent = phase === 'running' ? 'Stop' : 'Search';
  }
  private async copyLink(): Promise<void> {
    const isDone = await copyFrom(this.link, this.frame.link(this.name, this.shown), 'Link copied');
    this.say(isDone ? 'Link copied.' : 'The browser refused to copy; the address bar has the link.');
  }
  private say(text: string): void {
    this.outcome.textContent = text;
  }
}
