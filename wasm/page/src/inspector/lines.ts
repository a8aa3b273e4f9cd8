// SPDX-License-Identifier: Apache-2.0
/** Where the rows of the two byte views begin. */

const kMaxLines = 2_000_000; // beyond this a text is shown in rows of equal length, whatever its line ends

export interface Rows {
  count: number;
  start(row: number): number;
  end(row: number): number;
  rowOf(byte: number): number;
}

export function equalRows(size: number, width: number): Rows {
  return {
    count: Math.ceil(size / width),
    start: (row) => row * width,
    end: (row) => Math.min(size, (row + 1) * width),
    rowOf: (byte) => Math.floor(byte / width),
  };
}

/** Rows end behind a line feed or after `width` bytes, but never inside a UTF-8 sequence. They are laid out in parts, so that
 *  a long text keeps nobody waiting: `grow` goes on, `size` bytes have rows so far. */
export class TextRows implements Rows {
  size = 0;
  private starts: number[] = [];
  private feed = -2; // the next line feed; -2: not looked for
  private equal: Rows | undefined; // where there are too many lines

  constructor(
    private readonly bytes: Uint8Array,
    private readonly width: number,
  ) {}

  get isComplete(): boolean {
    return this.size >= this.bytes.length;
  }
  get count(): number {
    return this.equal?.count ?? this.starts.length;
  }
  start(row: number): number {
    return this.equal?.start(row) ?? this.starts[row]!;
  }
  end(row: number): number {
    return this.equal?.end(row) ?? this.starts[row + 1] ?? this.size;
  }
  rowOf(byte: number): number {
    if (this.equal) return this.equal.rowOf(byte);
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.starts[middle]! <= byte) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Lays out at least so many bytes more, or the rest. */
  grow(part: number): void {
    const { bytes } = this;
    for (const until = Math.min(bytes.length, this.size + part); this.size < until; ) {
      if (this.starts.push(this.size) > kMaxLines) {
        this.equal = equalRows(bytes.length, this.width);
        this.size = bytes.length;
        return;
      }
      if (this.feed !== -1 && this.feed < this.size) this.feed = bytes.indexOf(10, this.size);
      let end = Math.min(bytes.length, this.size + this.width);
      if (this.feed >= 0 && this.feed <= end) end = this.feed + 1; // its sign has room at the edge
      else for (let back = 0; end < bytes.length && back < 3 && (bytes[end]! & 0xc0) === 0x80; ++back) --end;
      this.size = end;
    }
  }
}

/** Bytes as the hex view writes them: two digits each, a blank between, a wider gap every eight bytes of the row. */
export function hexOf(bytes: Uint8Array, from: number, to: number, rowStart: number): string {
  let text = '';
  for (let at = from; at < to; ++at) {
    text += bytes[at]!.toString(16).padStart(2, '0') + ((at - rowStart) % 8 === 7 ? '  ' : ' ');
  }
  return text;
}

export function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; ++at) text += bytes[at]! >= 0x20 && bytes[at]! < 0x7f ? String.fromCharCode(bytes[at]!) : '·';
  return text;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const signs: Record<string, string> = { '\n': '↵', '\r': '←', '\t': '→' };

/** Text with everything visible: line ends and tabs as arrows, other controls as dots, what would turn or hide its neighbours as a sign. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder
    .decode(bytes.subarray(from, to))
    .replace(/[\u0000-\u001f]/g, (control) => signs[control] ?? '·')
    .replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '¤');
}
