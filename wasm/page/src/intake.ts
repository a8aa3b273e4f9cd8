// SPDX-License-Identifier: Apache-2.0
/** Paste and drop, anywhere on the page. */
import { h } from './dom';

/** Something a person brought. Text keeps its line ends, which a text field would change. */
export type Brought = { text: string } | { file: File };

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement || (target instanceof HTMLElement && target.isContentEditable);
}

function broughtBy(data: DataTransfer | null): Brought[] {
  const files = [...(data?.files ?? [])].map((file) => ({ file }));
  if (files.length > 0) return files;
  const text = data?.getData('text/plain');
  return text ? [{ text }] : [];
}

/** Fields keep their own paste (the inspector's takes it itself); a drop is taken everywhere. */
export function listenAnywhere(take: (brought: Brought[]) => void): void {
  document.addEventListener('paste', (event) => {
    if (event.defaultPrevented || (isEditable(event.target) && !event.clipboardData?.files.length)) return;
    const brought = broughtBy(event.clipboardData);
    if (brought.length === 0) return;
    event.preventDefault();
    take(brought);
  });
  const veil = h('div', { class: 'veil', hidden: true, 'aria-hidden': 'true' }, h('p', {}, 'Drop it anywhere'));
  document.body.append(veil);
  let depth = 0; // enter and leave come for every element on the way
  const reset = () => {
    depth = 0;
    veil.hidden = true;
  };
  document.addEventListener('dragenter', () => (veil.hidden = ++depth < 1));
  document.addEventListener('dragleave', () => {
    if (--depth < 1) reset();
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    reset();
    const brought = broughtBy(event.dataTransfer);
    if (brought.length > 0) take(brought);
  });
}

/** What a paste event in a field brings: nothing, a text, or files. */
export function broughtByPaste(event: ClipboardEvent): Brought[] {
  return broughtBy(event.clipboardData);
}
