// SPDX-License-Identifier: Apache-2.0
/** Presses of the pointer that have not become a click yet. */

let isDown = false;
const waiting: (() => void)[] = [];

function release(): void {
  isDown = false;
  setTimeout(() => waiting.splice(0).forEach((go) => go())); // behind the click
}
addEventListener('pointerdown', () => (isDown = true), true);
for (const type of ['pointerup', 'pointercancel']) addEventListener(type, release, true);
addEventListener('blur', (event) => event.target === window && release());

/** Resolves while nothing is pressed. What leaves a field may lay the page out anew, and what is pressed meanwhile must not
 *  move away from under the pointer: then the press would become no click. */
export function pointerFree(): Promise<void> {
  return isDown ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
}
