// SPDX-License-Identifier: Apache-2.0
/** The charts as one picture, with what they say in words: for reports and tickets. */
import type { Chart } from '../chart/chart';
import { colour } from '../theme';

const kGap = 16; // pixels

/** @shape charts: a column of charts for each run, with its name */
export async function pictureOf(title: string, lines: string[], runs: { name: string; charts: readonly Chart[] }[]): Promise<Blob> {
  const ratio = devicePixelRatio || 1;
  const sizes = runs.map(({ charts }) => ({ width: charts[0]!.canvas.width / ratio, height: charts[0]!.canvas.height / ratio }));
  const [width, height] = [Math.max(360, sizes[0]!.width), sizes[0]!.height + 44];
  const columns = runs.length > 1 ? runs.length : 2;
  const rows = Math.ceil((runs[0]!.charts.length * runs.length) / columns);
  const head = 34 + lines.length * 18;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((columns * (width + kGap) + kGap) * ratio);
  canvas.height = Math.round((head + rows * height + kGap) * ratio);
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  pen.fillStyle = colour('--surface');
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const font = getComputedStyle(document.body).fontFamily;
  const write = (text: string, x: number, y: number, style: string, ink: `--${string}`) => {
    pen.font = `${style} ${font}`;
    pen.fillStyle = colour(ink);
    pen.fillText(text, x, y);
  };
  write(title, kGap, 24, '600 16px', '--text');
  lines.forEach((line, index) => write(line, kGap, 46 + index * 18, '12px', '--muted'));
  runs.forEach(({ name, charts }, run) =>
    charts.forEach((chart, index) => {
      const place = runs.length > 1 ? { column: run, row: index } : { column: index % columns, row: Math.floor(index / columns) };
      const [x, y] = [kGap + place.column * (width + kGap), head + place.row * height];
      write(`${name}${chart.shape.title}`, x, y + 14, '600 13px', '--text');
      let at = x;
      for (const line of chart.shape.lines) {
        write(line.label, at, y + 32, '11px', line.colour);
        at += pen.measureText(line.label).width + 14;
      }
      pen.drawImage(chart.canvas, x, y + 38, chart.canvas.width / ratio, chart.canvas.height / ratio);
    }),
  );
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))), 'image/png'));
}
