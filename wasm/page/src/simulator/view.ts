// SPDX-License-Identifier: Apache-2.0
import { clockText } from '../chart/axis';
import { button, download, h } from '../dom';
import type { CoreWorker } from '../core_worker';
import type { Frame, View } from '../frame';
import { copyFrom } from '../copied';
import type { Checked, Field, Texts } from '../scenario/calls';
import { ScenarioForm } from '../scenario/form';
import { pointerFree } from '../pointer';
import type { Model } from '../scenario/model';
import { presets } from '../scenario/presets';
import { onThemeChange } from '../theme';
import type { State } from './calls';
import { Charts } from './charts';
import { FaultBar } from './faults';
import { droppedOf, Figures, savedWords } from './figures';
import { HealthView } from './health';
import { RecordingBar } from './recording';
import { Runner } from './runner';
import { FiguresTable } from './table';
import { pictureOf } from './take_away';
import { ThresholdsView } from './thresholds';
import { commandLines, failIfFlags, scenarioFile } from './written';
import { counted, spanText } from '../numbers';

const speeds: [value: string, label: string][] = [['Infinity', 'as fast as it goes'], ['600', '10 minutes a second'], ['60', 'a minute a second'], ['10', '10 times real time'], ['1', 'real time']];

const kLive = '10'; // slow enough to press a button and watch

const kinds = { json: { ending: 'json', type: 'application/json' }, csv: { ending: 'csv', type: 'text/csv' }, whole_log: { ending: 'log', type: 'text/plain' } };

/** The simulator: a fleet, the batcher and a database in virtual time. */
export class SimulatorView implements View {
  readonly name = 'simulator';
  readonly title = 'Simulator';
  private panel!: HTMLElement;
  private frame!: Frame;
  private worker!: CoreWorker;
  private runner!: Runner;
  private charts!: Charts;
  private table!: FiguresTable;
  private recording!: RecordingBar;
  private form: ScenarioForm | undefined;
  private checked: Checked | undefined;
  private fields: Field[] = [];
  private isOurs = false; // the address is as we set it
  private shown: string | undefined;
  private health = ''; // as it was announced
  private readonly figures = new Figures();
  private readonly thresholds = new ThresholdsView();
  private readonly healthView = new HealthView();
  private readonly faults = new FaultBar(button('Run live', () => this.runLive(), { id: 'live', title: 'From the start, at 10 times real time' }));
  private readonly outcome = h('p', { class: 'outcome', role: 'status' });
  private readonly progress = h('progress', { max: 1, value: 0, 'aria-label': 'Simulated' });
  private readonly clock = h('span', { class: 'clock' });
  private readonly digest = h('code', { id: 'digest' });
  private readonly log = h('pre', { class: 'log', tabindex: 0, role: 'region', 'aria-label': 'Lines of the event log' });
  private readonly logPanel = h('details', { class: 'panel log-panel' }, h('summary', {}, 'Event log'), this.log);
  private readonly pause = button('Pause', () => this.pauseOrGo(), { id: 'pause' });
  private readonly whole = button('Show all', () => void this.charts.reset(), { id: 'whole', hidden: true });
  private readonly compare = h('input', { type: 'checkbox', id: 'compare' });
  private readonly speed = h('select', { id: 'speed' }, ...speeds.map(([value, label]) => h('option', { value }, label)));

  constructor(private readonly model: Model) {}

  mount(panel: HTMLElement, frame: Frame): void {
    this.panel = panel;
    this.frame = frame;
    this.worker = frame.startWorker();
    this.runner = new Runner(this.worker);
    this.recording = new RecordingBar(this.worker);
    this.charts = new Charts(this.worker);
    this.table = new FiguresTable(this.charts);
    const side = h('section', { class: 'panel side', 'aria-label': 'Scenario' });
    const hint = h('p', { class: 'muted hint' }, 'Drag over a chart, or spread two fingers, to zoom; a tap sets the crosshair. Keys on a chart: arrows move the crosshair, + and - zoom, 0 shows all.');
    const result = h('div', { class: 'result' }, this.bar(), this.faults.element, this.healthView.element, this.figures.element, this.thresholds.element, this.charts.element, hint, this.table.element, this.logPanel, this.takeBar());
    panel.append(h('div', { class: 'simulator' }, side, result));
    this.wire();
    void this.worker.call('fields', null).then((fields) => {
      this.fields = fields;
      this.form = new ScenarioForm(this.model, fields, true, this.recording.element);
      side.append(this.form.element);
      void this.run();
    }, (error: Error) => this.say(error.message));
  }

  arrive(state: string | undefined): void {
    if (state !== undefined && state !== this.shown) this.model.takeState(state);
    else if (state === undefined && this.shown !== undefined) this.frame.setState(this.name, this.shown);
    if (this.model.a.size === 0 && state === undefined) this.model.takePreset('headline');
    if (this.isOurs) void this.run();
  }

  /** A file that was dropped or pasted; false: it is not for this view now. */
  takeFile(file: File): boolean {
    const isMine = this.panel !== undefined && !this.panel.hidden;
    if (isMine) void this.recording.take(file);
    return isMine;
  }

  private wire(): void {
    this.recording.onChange = (recorded) => {
      this.panel.classList.toggle('is-recorded', recorded !== undefined);
      this.model.recorded = recorded;
      this.model.set('a', 'duration', recorded?.duration ?? '');
    };
    this.runner.onStates = (states) => this.show(states);
    this.runner.onPhase = () => this.showPhase();
    this.faults.onToggle = (fault, isOn) => void this.inject(fault, isOn);
    this.thresholds.onChange = (conditions) => void this.judgeBy(conditions);
    this.charts.onPoint = (text) => this.frame.announce(text);
    this.charts.onRange = () => (this.whole.hidden = !this.charts.isZoomed);
    this.model.onChange(() => {
      if (!this.form) return;
      if (!this.panel.hidden) void this.run();
      else this.isOurs = true;
    });
    this.compare.addEventListener('change', () => this.model.compare(this.compare.checked));
    this.speed.addEventListener('change', () => (this.runner.speed = Number(this.speed.value)));
    this.logPanel.addEventListener('toggle', () => void this.showLog());
    onThemeChange(() => this.charts.redraw());
  }

  /** Judges what is entered and, if nothing is wrong with it, simulates it from the start. */
  private async run(): Promise<void> {
    const { model, form } = this;
    if (!form) return;
    this.isOurs = false;
    this.panel.dataset['phase'] = 'checking';
    this.showFaults();
    await pointerFree();
    this.compare.checked = model.b !== undefined;
    form.show();
    try {
      const slots = model.b ? [model.textsOf('a'), model.textsOf('b')] : [model.textsOf('a')];
      this.checked = await this.worker.call('check', { texts: slots[0]! });
      form.judge(this.checked);
      await this.nameScenario(this.checked);
      if (model.b) form.judge(await this.worker.call('check', { texts: slots[1]! }), 'b');
      await this.readThresholds();
      const problems = await this.runner.begin(slots);
      const wrong = problems.findIndex((one) => one.length > 0);
      if (wrong >= 0) {
        form.judge({ problems: problems[wrong]!, effective: [], changed: [] }, wrong === 0 ? 'a' : 'b');
        this.panel.classList.add('is-old');
        return this.say(`Not simulated: ${problems[wrong]![0]![1]} What is shown is of the run before.`);
      }
      this.say('');
      this.panel.classList.remove('is-old');
      this.charts.begin(slots.length);
      this.shown = model.state(this.checked.changed);
      if (!this.panel.hidden) this.frame.setState(this.name, this.shown);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  private async readThresholds(): Promise<void> {
    const found = await this.runner.judge(this.model.conditions);
    this.thresholds.take(found);
    this.charts.thresholds = this.figures.thresholds = found;
  }
  /** Other conditions change no run: what is there is judged anew. */
  private async judgeBy(conditions: string[]): Promise<void> {
    this.model.conditions = conditions;
    await this.readThresholds();
    this.shown = this.model.state(this.checked?.changed ?? []);
    this.frame.setState(this.name, this.shown);
    await this.show(this.runner.states);
  }

  /** A link may name a scenario; its name is shown only where the fields are those of the scenario. */
  private async nameScenario({ changed }: Checked): Promise<void> {
    const { model } = this;
    const named = presets.find(({ name }) => name === model.claimed);
    model.claimed = '';
    if (!named) return;
    const theirs = await this.worker.call('check', { texts: named.fields });
    if (JSON.stringify(theirs.changed) === JSON.stringify(changed)) model.preset = named.name;
    this.form?.show();
  }

  private async show(states: readonly State[]): Promise<void> {
    const [first] = states;
    if (!first) return;
    this.figures.show(states);
    this.thresholds.show(states);
    this.showFaults();
    this.healthView.show(states);
    if (this.isGoing && this.runner.speed < Infinity && this.health !== first.health.state) this.frame.announce(first.health.headline);
    this.health = first.health.state;
    this.progress.value = Math.min(...states.map(({ now, duration }) => Math.min(1, now / duration)));
    this.clock.textContent = `${clockText(first.now)} of ${clockText(first.duration)}`;
    this.digest.textContent = states.map(({ outcome }, slot) => (states.length > 1 ? `${'AB'[slot]} ` : '') + outcome.digest).join('\n');
    await this.charts.update(states);
    this.table.show();
    await this.showLog();
  }

  private async showLog(): Promise<void> {
    if (!this.logPanel.open) return this.log.replaceChildren();
    const texts = await Promise.all(this.runner.states.map((_, slot) => this.worker.call('text', { slot, what: 'log' })));
    this.log.textContent = texts.map((text, slot) => (texts.length > 1 ? `${'AB'[slot]}\n${text}` : text)).join('\n');
  }

  private showPhase(): void {
    const { phase, states, milliseconds } = this.runner;
    this.panel.dataset['phase'] = phase;
    this.pause.textContent = phase === 'running' ? 'Pause' : phase === 'paused' ? 'Go on' : 'Run again';
    this.showFaults();
    if (phase !== 'finished') return;
    const updates = states.reduce((sum, { offered }) => sum + offered, 0);
    this.panel.dataset['updates'] = String(updates);
    this.panel.dataset['milliseconds'] = String(milliseconds);
    this.say(`${counted(updates, 'update')} in ${spanText(Math.max(1, Math.round(milliseconds)) / 1000)}.`);
    const first = states[0]!;
    const said = [savedWords(first), `${counted(droppedOf(first.outcome))} dropped`, this.thresholds.words(first)];
    this.frame.announce(`Finished: ${said.filter(Boolean).join(', ')}.`);
  }
  private get isGoing(): boolean {
    return this.panel.dataset['phase'] === 'running' || this.panel.dataset['phase'] === 'paused';
  }
  private showFaults(): void {
    this.faults.show(this.runner.states, this.isGoing);
  }
  private runLive(): void {
    this.speed.value = kLive;
    this.runner.speed = Number(kLive);
    void this.run();
  }
  /** What was injected becomes part of the scenario: a link, a file or a command line gives the same run. */
  private async inject(fault: number, isOn: boolean): Promise<void> {
    const states = await this.runner.inject(fault, isOn);
    if (!states || !this.isGoing) return;
    const { faults } = states[0]!;
    if (faults[fault]!.isOn !== isOn) this.say(`There are too many times with ${faults[fault]!.label}.`);
    const times = faults.map(({ name, times }): Texts[number] => [name, times]);
    this.model.injected(times);
    this.checked!.changed = [...this.checked!.changed.filter(([name]) => !faults.some((one) => one.name === name)), ...times.filter(([, text]) => text !== '')];
    this.form!.show();
    this.shown = this.model.state(this.checked!.changed);
    this.frame.setState(this.name, this.shown);
    await this.show(states);
  }
  private pauseOrGo(): void {
    if (this.runner.phase === 'running') this.runner.pause();
    else if (this.runner.phase === 'paused') this.runner.resume();
    else void this.run().then(() => this.form?.focusFirstProblem());
  }

  private bar(): HTMLElement {
    const compare = h('label', { for: 'compare', class: 'check' }, this.compare, ' compare with other settings (B)');
    return h('div', { class: 'panel tools run-bar' }, this.pause, h('label', { for: 'speed' }, 'Speed'), this.speed, this.progress, this.clock, this.whole, h('span', { class: 'grow' }), compare, this.outcome);
  }
  private takeBar(): HTMLElement {
    const link = button('Copy link', () => void this.copyLink(link), { id: 'copy-link' });
    const command = button('Copy as command line', () => void this.copyCommand(command), { id: 'copy-command' });
    const buttons = [command, button('Scenario file', () => this.takeScenario()), button('Event log', () => void this.take('whole_log')), button('JSON', () => void this.take('json')), button('CSV', () => void this.take('csv')), button('PNG', () => void this.takePicture())];
    return h('div', { class: 'panel tools' }, h('span', { class: 'muted' }, 'Save and share'), link, ...buttons, h('span', { class: 'digest' }, h('span', { class: 'muted' }, 'SHA-256 of the event log, as the native program prints it: '), this.digest));
  }

  private async copyCommand(from: HTMLElement): Promise<void> {
    const { model } = this;
    await copyFrom(from, commandLines(model.preset, this.checked?.changed ?? [], model.b && [...model.b], model.recorded?.file.name, model.conditions));
  }
  private takeScenario(): void {
    const judge = failIfFlags(this.model.conditions);
    const about = (this.model.preset ? `The scenario ${this.model.preset}.` : 'A scenario of the page.') + (judge && `\n#\n# It was judged with${judge}`);
    const settings = new Map(this.checked?.changed ?? []);
    const file = (texts: Texts) => scenarioFile(about, texts, this.fields);
    download(this.fileName(0, 'toml'), file([...settings]), 'application/toml');
    if (this.model.b) download(this.fileName(1, 'toml'), file([...new Map([...settings, ...this.model.b])]), 'application/toml');
  }

  private fileName(slot: number, ending: string): string {
    return `metabatch-${this.model.preset || 'simulation'}${this.runner.states.length > 1 ? `-${'ab'[slot]}` : ''}.${ending}`;
  }
  private async take(what: keyof typeof kinds): Promise<void> {
    for (const slot of this.runner.states.keys()) download(this.fileName(slot, kinds[what].ending), await this.worker.call('text', { slot, what }), kinds[what].type);
  }
  private async takePicture(): Promise<void> {
    const runs = this.charts.all.map((charts, slot) => ({ name: this.charts.all.length > 1 ? `${'AB'[slot]}: ` : '', charts }));
    const lines = this.runner.states.map((state) => [savedWords(state), ...state.findings.slice(0, 2).map(({ sentence }) => sentence), ...state.missed.filter(Boolean).map((text) => `missed: ${text}`)].filter(Boolean).join(' · '));
    const picture = await pictureOf(`metabatch simulate: ${this.model.preset || 'own scenario'}`, [...lines, `#${this.name}?${this.shown ?? ''}`], runs);
    download(this.fileName(0, 'png'), picture, 'image/png');
  }
  private async copyLink(from: HTMLElement): Promise<void> {
    const what = this.panel.classList.contains('is-recorded') ? 'the settings are in it, the recording is not' : 'it reproduces this run, to the byte of the event log';
    this.say((await copyFrom(from, this.frame.link(this.name, this.shown), 'Link copied')) ? `Link copied: ${what}.` : 'The browser refused to copy; the address bar has the link.');
  }
  private say(text: string): void {
    this.outcome.textContent = text;
  }
}
