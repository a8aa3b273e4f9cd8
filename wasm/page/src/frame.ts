// SPDX-License-Identifier: Apache-2.0
import { h } from './dom';
import { CoreWorker } from './core_worker';
import { themeSwitch } from './theme';

/** One tab. Its fragment is `#name` or `#name?state`; the tab defines the meaning of `state`. */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Builds the view into its panel: called once, before it is first shown. */
  mount(panel: HTMLElement, frame: Frame): void;
  /** Called each time the view is shown; `state` is undefined when the fragment has none. */
  arrive(state: string | undefined): void;
}

/** The page around the views: tabs, address, theme, and announcements for screen readers. */
export class Frame {
  private readonly voice = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'voice' });
  private readonly tabs = new Map<string, HTMLElement>();
  private readonly panels = new Map<string, HTMLElement>();
  private readonly mounted = new Set<string>();

  constructor(private readonly views: readonly View[]) {}

  start(): void {
    const main = h('main', { id: 'main', tabindex: -1 }, ...this.views.map((view) => this.panelOf(view)));
    document.body.append(h('a', { class: 'skip', href: '#main', on: { click: (event) => this.skip(event, main) } }, 'Skip to content'), this.header(), main, this.voice);
    window.addEventListener('hashchange', () => this.follow());
    this.follow();
  }

  /** A Worker that belongs to one view. */
  startWorker(): CoreWorker {
    return new CoreWorker();
  }

  /** Announces a text to screen readers. */
  announce(text: string): void {
    this.voice.textContent = text;
  }

  /** The address that shows this view in this state. Of a page that was opened as a file only its name: nobody else has its folder. */
  link(name: string, state?: string): string {
    const address = location.href.split('#')[0]!;
    return `${location.protocol === 'file:' ? address.split('/').at(-1)! : address}#${fragment(name, state)}`;
  }

  /** Shows a view, and writes it into the address. */
  go(name: string, state?: string): void {
    const wanted = `#${fragment(name, state)}`;
    if (location.hash === wanted) this.follow();
    else location.hash = wanted;
  }

  /** Keeps the view but changes (or drops) the state in the address, without a step in the history. */
  setState(name: string, state?: string): void {
    history.replaceState(null, '', `#${fragment(name, state)}`);
  }

  private follow(): void {
    const [name, state] = split(location.hash.slice(1));
    const view = this.views.find((one) => one.name === name) ?? this.views[0]!;
    for (const [other, panel] of this.panels) panel.hidden = other !== view.name;
    for (const [other, tab] of this.tabs) {
      tab.setAttribute('aria-selected', String(other === view.name));
      tab.tabIndex = other === view.name ? 0 : -1;
    }
    document.title = `${view.title} · metabatch`;
    if (!this.mounted.has(view.name)) {
      this.mounted.add(view.name);
      view.mount(this.panels.get(view.name)!, this);
    }
    view.arrive(view.name === name ? state : undefined);
  }

  private panelOf(view: View): HTMLElement {
    const props = this.views.length > 1 ? { role: 'tabpanel', 'aria-labelledby': `tab-${view.name}` } : {};
    const panel = h('div', { class: `view view-${view.name}`, id: `panel-${view.name}`, ...props });
    panel.hidden = true;
    this.panels.set(view.name, panel);
    return panel;
  }

  private header(): HTMLElement {
    const name = h('span', { class: 'brand' }, h('span', { class: 'mark', 'aria-hidden': 'true' }), h('h1', {}, 'metabatch'));
    const about = h('span', { class: 'about' }, 'everything stays in this tab');
    return h('header', { class: 'frame' }, name, this.tabList(), about, themeSwitch());
  }

  /** Arrow keys move between tabs and show them, as in the ARIA practices for tabs. With one view there is nothing to choose. */
  private tabList(): HTMLElement | null {
    if (this.views.length < 2) return h('span', { class: 'tabs one' }, this.views[0]!.title);
    const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views' });
    this.views.forEach((view, index) => {
      const key = (event: KeyboardEvent) => {
        const step = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: this.views.length - 1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = this.views[(step + this.views.length) % this.views.length]!;
        this.go(next.name);
        this.tabs.get(next.name)!.focus();
      };
      const tab = h('button', { type: 'button', role: 'tab', id: `tab-${view.name}`, 'aria-controls': `panel-${view.name}`, on: { click: () => this.go(view.name), keydown: key } }, view.title);
      this.tabs.set(view.name, tab);
      list.append(tab);
    });
    return list;
  }

  /** The fragment is the views' address, so the link to the content must not go into it. */
  private skip(event: Event, main: HTMLElement): void {
    event.preventDefault();
    main.focus();
  }
}

function fragment(name: string, state: string | undefined): string {
  return state === undefined ? name : `${name}?${state}`;
}
function split(text: string): [string, string | undefined] {
  const at = text.indexOf('?');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
