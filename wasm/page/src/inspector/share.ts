// SPDX-License-Identifier: Apache-2.0
/** The input inside a link: behind the `#`, which browsers never send to a server. */
import { button, copy, h } from '../dom';
import { deflated, inflated } from '../streams';
import { counted } from '../numbers';

const kCutByChats = 2_000; // characters of a link that some chats and mail programs cut
const kMaxLink = 1_000_000; // characters; browsers refuse links from 1 to 2 million on
const kPrefix = 'z='; // deflated, base64url

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export async function stateOf(bytes: Uint8Array): Promise<string> {
  return kPrefix + toBase64Url(await deflated(bytes));
}

/** Throws when it is no state of ours, or when it would unfold to more than `limit` bytes. */
export async function bytesOf(state: string, limit: number): Promise<Uint8Array> {
  if (!state.startsWith(kPrefix)) throw new TypeError('it is not a link of this page');
  const { bytes, isCut, isDamaged } = await inflated(fromBase64Url(state.slice(kPrefix.length)), 'deflate-raw', limit);
  if (isCut) throw new RangeError(`it holds more than ${counted(limit, 'byte')}`);
  if (isDamaged) throw new TypeError('it is damaged');
  return bytes;
}

/** Asks before anything is put into a link, and says how long it is. */
export class ShareDialog {
  readonly element: HTMLDialogElement;
  private readonly size = h('p', { id: 'share-size' });
  private readonly link = h('input', { type: 'text', readonly: true, 'aria-label': 'The link', id: 'share-link' });
  private readonly take: HTMLButtonElement;
  private readonly done = h('p', { class: 'outcome', role: 'status' });

  constructor(private readonly address: (state: string) => string) {
    this.take = button('Copy link', () => void this.copyLink(), { class: 'primary' });
    const close = button('Close', () => this.element.close());
    this.element = h('dialog', { class: 'share', 'aria-labelledby': 'share-title' }, h('h2', { id: 'share-title' }, 'Share this input'), h('p', {}, 'The link itself holds the whole input, behind the #. Browsers do not send that part to any server, but whoever gets the link can read it.'), this.size, this.link, h('div', { class: 'tools' }, this.take, close), this.done);
  }

  async open(bytes: Uint8Array): Promise<void> {
    this.done.textContent = '';
    const link = bytes.length > 8 * kMaxLink ? undefined : this.address(await stateOf(bytes));
    const fits = link !== undefined && link.length <= kMaxLink;
    this.link.hidden = this.take.hidden = !fits;
    this.link.value = fits ? link : '';
    const cut = fits && link.length > kCutByChats ? ` Some chat and mail programs cut links over ${counted(kCutByChats)} characters.` : '';
    this.size.textContent = fits ? `${counted(bytes.length, 'byte')} of input, a link of ${counted(link.length, 'character')}.${cut}` : `${counted(bytes.length, 'byte')} of input are too many: a link may have ${counted(kMaxLink, 'character')}. Share the file instead.`;
    this.element.showModal();
  }

  private async copyLink(): Promise<void> {
    this.done.textContent = (await copy(this.link.value)) ? 'Copied.' : 'The browser refused to copy; the link above can be selected.';
  }
}
