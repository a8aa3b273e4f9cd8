// SPDX-License-Identifier: Apache-2.0
import type { Texts } from './calls';

export interface Preset {
  name: string;
  about: string;
  more: string;
  fields: Texts;
}
/** Read from resources/scenarios/ when the page is built. */
declare const PRESETS: Preset[];
export const presets = PRESETS;
