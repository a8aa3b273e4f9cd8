// SPDX-License-Identifier: Apache-2.0
/** Round numbers for axes, and how they are written. */
import { numberText, secondsText, type Unit } from '../numbers';

/** A short form, for axes. */
function tickText(value: number, unit: Unit): string {
  if (unit === 'seconds') return secondsText(value);
  for (const [factor, letter] of [[1e6, 'M'], [1e3, 'k']] as const) if (value >= 10 * factor || (value >= factor && letter === 'M')) return `${numberText(value / factor)}${letter}`;
  return numberText(value);
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((step) => step >= raw * 0.999)!;
}

export interface Tick {
  at: number;
  text: string;
}

/** Ticks from 0 to at least `most`; the last one is the end of the axis. */
export function valueTicks(most: number, count: number, unit: Unit): Tick[] {
  if (!(most > 0)) return [{ at: 0, text: tickText(0, unit) }, { at: 1, text: tickText(1, unit) }];
  const step = roundStep(most / count);
  const ticks: Tick[] = [];
  for (let n = 0; ; ++n) {
    const at = Number((n * step).toPrecision(12));
    ticks.push({ at, text: at === 0 ? '0' : tickText(at, unit) });
    if (at >= most * 0.9999) return ticks;
  }
}

const kSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** `2:05`, `1:02:05`, `3d 02:00`; `fine`: with tenths and less, as far as `step` needs them. */
export function clockText(seconds: number, step = 1): string {
  const digits = step < 1 ? Math.min(6, Math.ceil(-Math.log10(step))) : 0;
  const whole = Math.floor(seconds + 1e-9);
  const two = (n: number) => String(n).padStart(2, '0');
  const rest = digits > 0 ? (seconds - whole).toFixed(digits).slice(1) : '';
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  const tail = `${two(whole % 60)}${rest}`;
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}${step < 60 ? `:${tail}` : ''}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

export function timeTicks(from: number, to: number, count: number): Tick[] {
  const raw = Math.max((to - from) / count, 1e-6);
  const step = raw <= 1 ? roundStep(raw) : (kSteps.find((one) => one >= raw) ?? Math.ceil(raw / 86400) * 86400);
  const ticks: Tick[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to * (1 + 1e-12); ++n) ticks.push({ at: n * step, text: clockText(n * step, step) });
  return ticks;
}
