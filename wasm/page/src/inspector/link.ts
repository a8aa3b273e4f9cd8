// SPDX-License-Identifier: Apache-2.0
/** The selected part of the input, for all views of it. Hovering is temporary; picking stays. */
export type Origin = 'bytes' | 'ids' | 'problems' | 'findings' | 'reset';
type Listener = (span: number | undefined, origin: Origin) => void;

export class Link {
  hovered: number | undefined;
  picked: number | undefined;
  private readonly hoverListeners: Listener[] = [];
  private readonly pickListeners: Listener[] = [];

  onHover(listener: Listener): void {
    this.hoverListeners.push(listener);
  }
  onPick(listener: Listener): void {
    this.pickListeners.push(listener);
  }
  hover(span: number | undefined, origin: Origin): void {
    if (span === this.hovered) return;
    this.hovered = span;
    for (const listener of this.hoverListeners) listener(span, origin);
  }
  pick(span: number | undefined, origin: Origin): void {
    this.picked = span;
    this.hovered = undefined;
    for (const listener of this.pickListeners) listener(span, origin);
  }
  isOn(span: number): boolean {
    return span === this.picked || span === this.hovered;
  }
}
