// SPDX-License-Identifier: Apache-2.0
import type { Texts } from './calls';
import { presets } from './presets';

const kB = 'b.'; // what B's settings are called in a link
const kFailIf = 'fail-if'; // each condition on the result
const kScenario = 'scenario'; // and the name of the scenario that was chosen

/** The simulated scenario: shared by all views that show its form. Texts are as entered; what is not set has its default. */
export class Model {
  readonly a = new Map<string, string>();
  /** The settings in which B differs; undefined: nothing is compared. */
  b: Map<string, string> | undefined;
  preset = '';
  /** Conditions on the results, as `--fail-if` takes them; they change no run. */
  conditions: string[] = [];
  /** The scenario that a link names; whether the fields are those of it is not known yet. */
  claimed = '';
  /** The recording that arrives in place of a fleet, and how long it lasts: then no scenario says how long. */
  recorded: { duration: string; file: File } | undefined;
  private readonly listeners: (() => void)[] = [];

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }
  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  take(fields: Texts, b?: Texts, preset = ''): void {
    this.a.clear();
    for (const [name, text] of fields) this.a.set(name, text);
    this.b = b ? new Map(b) : undefined;
    this.preset = preset;
    this.claimed = '';
    this.changed();
  }
  takePreset(name: string): void {
    const preset = presets.find((one) => one.name === name);
    if (!preset) return;
    const { recorded } = this;
    const fields = recorded === undefined ? preset.fields : preset.fields.filter(([field]) => field !== 'duration').concat([['duration', recorded.duration]]);
    this.take(fields, undefined, name);
  }
  /** Empty text: the default again; for B, as A. */
  set(slot: 'a' | 'b', name: string, text: string): void {
    const map = slot === 'a' ? this.a : this.b;
    if (!map) return;
    if (text.trim() === '') map.delete(name);
    else map.set(name, text);
    if (slot === 'a') this.preset = '';
    this.changed();
  }
  /** Takes what happened to the run that is shown: it goes on, so nobody hears of it. */
  injected(times: Texts): void {
    for (const [name, text] of times) {
      if (text === '') this.a.delete(name);
      else this.a.set(name, text);
    }
    this.preset = '';
  }
  compare(on: boolean, settings: Texts = []): void {
    this.b = on ? new Map(settings) : undefined;
    this.changed();
  }

  /** Takes the fields of another one, and its settings too or not. */
  follow(other: Model, settings: ReadonlySet<string>, withSettings: boolean): void {
    const isTaken = (name: string) => withSettings || !settings.has(name);
    for (const name of [...this.a.keys()]) if (isTaken(name)) this.a.delete(name);
    for (const [name, text] of other.a) if (isTaken(name)) this.a.set(name, text);
    this.recorded = other.recorded;
    this.preset = '';
    this.changed();
  }

  textsOf(slot: 'a' | 'b'): Texts {
    const texts = new Map(this.a);
    if (slot === 'b') for (const [name, text] of this.b ?? []) texts.set(name, text);
    return [...texts];
  }

  /** What a link says: the fields that differ from the defaults, and B's settings. */
  state(changed: Texts): string {
    const query = new URLSearchParams(changed);
    if (this.preset) query.set(kScenario, this.preset);
    if (this.b) {
      query.append(kB, '');
      for (const [name, text] of this.b) query.append(kB + name, text);
    }
    for (const condition of this.conditions) query.append(kFailIf, condition);
    return query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  }
  takeState(state: string): void {
    const query = new URLSearchParams(state);
    this.conditions = query.getAll(kFailIf);
    const all = [...query].filter(([name]) => name !== kScenario && name !== kFailIf);
    const b = all.filter(([name]) => name.startsWith(kB) && name !== kB).map(([name, text]): [string, string] => [name.slice(kB.length), text]);
    const fields = all.filter(([name]) => !name.startsWith(kB));
    this.take(fields, all.some(([name]) => name.startsWith(kB)) ? b : undefined);
    this.claimed = query.get(kScenario) ?? '';
  }
}
