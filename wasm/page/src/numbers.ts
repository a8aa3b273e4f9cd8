// SPDX-License-Identifier: Apache-2.0
/** Numbers as the page prints them: the same everywhere, whatever the browser's language, and as the core's sentences have them
 *  (core/src/base/figure_text.hpp). What is not known is a dash. */

export type Unit = 'count' | 'seconds';

const kUnknown = '–';
const kMebibyte = 2 ** 20;
// toLocaleString makes such a format anew for each number.
const inEnglish = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat('en-US', options);
const plain = inEnglish();
const rounded = inEnglish({ maximumFractionDigits: 0 });
const short = inEnglish({ maximumSignificantDigits: 3 });

/** `1,234`, `1 line`, `1,203 lines`. */
export function counted(count: number, one?: string, many = `${one}s`): string {
  const text = plain.format(count);
  return one === undefined ? text : `${text} ${count === 1 ? one : many}`;
}

/** `1.8`, `60`, `9,000`: three significant digits, or a whole number. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return kUnknown;
  return (Math.abs(value) < 99.95 ? short : rounded).format(value);
}

/** What the setting of that name is: `31,000`, `16 MiB`, `400ms`. The core reads it. */
export function settingText(text: string, name = ''): string {
  if (!/^\d+$/.test(text)) return text;
  const number = Number(text);
  const isMebibytes = name.endsWith('bytes') && number > 0 && number % kMebibyte === 0;
  return isMebibytes ? `${counted(number / kMebibyte)} MiB` : counted(number);
}

/** A time on a scale, or one that somebody chose: `250 ms`, `12.5 s`, `300 s`. */
export function secondsText(value: number): string {
  if (!Number.isFinite(value)) return kUnknown;
  if (value > 0 && value < 0.9995) return value < 0.001 ? `${numberText(value * 1e6)} µs` : `${numberText(value * 1e3)} ms`;
  return `${numberText(value)} s`;
}

/** A time that was measured, as the sentences have it: `250 ms`, `84 s`, `5 min`. */
export function spanText(value: number): string {
  if (!(value >= 10) || !Number.isFinite(value)) return secondsText(value);
  if (value < 120) return `${counted(Math.round(value))} s`;
  return value < 7200 ? `${counted(Math.round(value / 60))} min` : `${counted(Math.round(value / 3600))} h`;
}

/** `96.9 %`. Never rounded up to all. */
export function percentText(share: number): string {
  const text = numberText(share * 100);
  return Number.isNaN(share) ? kUnknown : `${share < 1 && text === '100' ? '99.9' : text} %`;
}

/** `−79 %`, `+4.2 %`. */
export function changeText(share: number): string {
  return `${share > 0 ? '+' : ''}${percentText(share)}`.replace('-', '−');
}

export const textIn: Record<Unit, (value: number) => string> = { count: numberText, seconds: spanText };
