// SPDX-License-Identifier: Apache-2.0
import { h } from './dom';

const choices = ['auto', 'light', 'dark'] as const;
type Theme = (typeof choices)[number];
const key = 'metabatch theme';

function stored(): Theme {
  try {
    const text = localStorage.getItem(key);
    return choices.find((choice) => choice === text) ?? 'auto';
  } catch {
    return 'auto'; // storage is refused in some settings
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // then it lasts as long as the page
  }
  document.dispatchEvent(new Event('themechange'));
}

/** Listens on `document` for `themechange` and for the system's choice: what draws on a canvas draws anew. */
export function onThemeChange(listener: () => void): void {
  document.addEventListener('themechange', listener);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}

/** The colour that a custom property of the style sheet stands for now, as a canvas takes it. */
export function colour(property: `--${string}`): string {
  const probe = h('span');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function themeSwitch(): HTMLElement {
  const names: Record<Theme, string> = { auto: 'System', light: 'Light', dark: 'Dark' };
  const select = h('select', { id: 'theme', 'aria-label': 'Colours' }, ...choices.map((choice) => h('option', { value: choice }, names[choice])));
  select.value = stored();
  select.addEventListener('change', () => apply(select.value as Theme));
  apply(stored());
  return select;
}
