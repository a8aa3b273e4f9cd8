// SPDX-License-Identifier: Apache-2.0
import { copy, h } from './dom';

const kShown = 1_600; // milliseconds

let shown: HTMLElement | undefined;
const voice = h('span', { class: 'visually-hidden', role: 'status', id: 'copied' });

/** Shows a word at an element for a moment, and announces it to screen readers. */
export function flash(at: Element, text: string): void {
  shown?.remove();
  const { left, bottom, width } = at.getBoundingClientRect();
  const word = (shown = h('span', { class: 'flash', 'aria-hidden': 'true' }, text));
  document.body.append(word);
  const most = document.documentElement.clientWidth - word.offsetWidth - 8;
  word.style.left = `${Math.max(8, Math.min(left + Math.min(width, 320) / 2 - word.offsetWidth / 2, most))}px`;
  word.style.top = `${Math.min(bottom + 4, innerHeight - word.offsetHeight - 8)}px`;
  if (!voice.isConnected) document.body.append(voice);
  voice.textContent = text;
  setTimeout(() => word.remove(), kShown);
}

/** Copies, and shows the outcome at the element that was used. */
export async function copyFrom(at: Element, text: string, done = 'Copied'): Promise<boolean> {
  const isDone = await copy(text);
  flash(at, isDone ? done : 'The browser refused to copy');
  return isDone;
}
