// SPDX-License-Identifier: Apache-2.0
import type { Limits, Names, Table, Tables } from './calls';

const kNowhere = 0xffff_ffff;
const kBlock = 512; // ids

export interface Span {
  at: number;
  length: number;
  kind: string;
  verdict: string;
  finding: number | undefined;
  id: number | undefined;
  badAt: number;
}
export interface FoundId {
  span: number;
  finding: number | undefined;
  /** Index of the first id that is the same; its own when it is the first. */
  first: number;
  canonical: boolean;
  version: number;
  variant: string;
}
export interface Finding {
  form: string;
  wrapping: string;
  channel: string;
  verdict: string;
  notes: string[];
  at: number;
  length: number;
  payloadBytes: number;
  firstSpan: number;
  spans: number;
  firstId: number;
  ids: number;
  unreadable: number;
  duplicates: number;
}

/** Reads one row of a table by names. */
function cellsOf<N extends string>({ numbers, columns }: Table<N>, row: number): (name: N) => number {
  const from = row * columns.width;
  return (name) => numbers[from + columns[name]]!;
}

const ascii = new TextDecoder();
const index = (number: number) => (number === kNowhere ? undefined : number);

/** An inspection, read out of the tables only where it is looked at. */
export class Result {
  private allIds: string | undefined;
  private block = { from: 0, text: '' }; // ids decoded together: one at a time costs ten times as much
  readonly spanCount: number;
  readonly idCount: number;
  readonly findingCount: number;
  readonly distinct: number;
  readonly readBytes: number;
  readonly notes: string[];
  /** What the whole input is: `none` for plain text. */
  readonly container: string;
  readonly alternatives: Alternative[];

  constructor(
    private readonly tables: Tables,
    readonly names: Names,
    readonly limits: Limits,
  ) {
    const { head } = tables;
    [this.spanCount, this.idCount, this.findingCount, this.distinct, this.readBytes] = [head.spans, head.ids, head.findings, head.distinct, head.read_bytes];
    this.notes = this.notesOf(head.notes);
    this.container = names.container[head.container]!;
    this.alternatives = Array.from({ length: head.alternatives }, (_, row) => {
      const of = cellsOf(tables.alternatives, row);
      return { index: row, reading: names.reading[of('reading')]!, at: of('at'), length: of('length'), ids: of('ids') };
    });
  }

  span(at: number): Span {
    const of = cellsOf(this.tables.spans, at);
    return { at: of('at'), length: of('length'), kind: this.names.kind[of('kind')]!, verdict: this.names.verdict[of('verdict')]!, finding: index(of('finding')), id: index(of('id')), badAt: of('bad_at') };
  }
  id(at: number): FoundId {
    const of = cellsOf(this.tables.ids, at);
    return { span: of('span'), finding: index(of('finding')), first: of('first'), canonical: of('canonical') === 1, version: of('version'), variant: this.names.variant[of('variant')]! };
  }
  uuid(at: number): string {
    const size = this.limits.uuidCharacters;
    const from = at - (at % kBlock);
    if (this.block.text === '' || this.block.from !== from) this.block = { from, text: ascii.decode(this.tables.idText.subarray(from * size, (from + kBlock) * size)) };
    return this.block.text.slice((at - from) * size, (at - from + 1) * size);
  }
  /** The indexes of the ids that have `part` somewhere in them. */
  idsWith(part: string): number[] {
    const size = this.limits.uuidCharacters;
    this.allIds ??= ascii.decode(this.tables.idText);
    const found: number[] = [];
    for (let at = this.allIds.indexOf(part); at >= 0; ) {
      const id = Math.floor(at / size);
      const isWithin = at + part.length <= (id + 1) * size; // not the end of one and the start of the next
      if (isWithin) found.push(id);
      at = this.allIds.indexOf(part, isWithin ? (id + 1) * size : at + 1);
    }
    return found;
  }
  finding(at: number): Finding {
    const of = cellsOf(this.tables.findings, at);
    const { form, wrapping, channel, verdict } = this.names;
    return {
      form: form[of('form')]!, wrapping: wrapping[of('wrapping')]!, channel: channel[of('channel')]!, verdict: verdict[of('verdict')]!, notes: this.notesOf(of('notes')),
      at: of('at'), length: of('length'), payloadBytes: of('payload_bytes'), firstSpan: of('first_span'), spans: of('spans'), firstId: of('first_id'), ids: of('ids'),
      unreadable: of('unreadable'), duplicates: of('duplicates'),
    };
  }
  private notesOf(bits: number): string[] {
    return this.names.note.filter((_, bit) => (bits >> bit) & 1);
  }

  /** One chunk and nothing round it. */
  get isBareChunk(): boolean {
    return this.findingCount === 1 && this.finding(0).form === 'chunk' && this.finding(0).at === 0;
  }

  /** The span that holds a byte: they cover the input without a gap. */
  spanAt(byte: number): number {
    const { numbers, columns } = this.tables.spans;
    let [low, high] = [0, this.spanCount - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (numbers[middle * columns.width + columns.at]! <= byte) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  get problemCount(): number {
    return this.tables.problems.numbers.length / this.tables.problems.columns.width;
  }
  /** Spans and findings that are not as they should be, in order, findings in front of their spans. */
  problem(row: number): Problem {
    const of = cellsOf(this.tables.problems, row);
    return { what: of('is_span') === 1 ? 'span' : 'finding', index: of('index') };
  }
  /** The first byte that cannot be read, and its span; undefined: all of it can. */
  firstBad(): { span: number; at: number } | undefined {
    const span = index(this.tables.head.first_bad);
    if (span === undefined) return undefined;
    const { kind, badAt, at } = this.span(span);
    return { span, at: kind === 'bad_id' ? badAt : at };
  }
  /** How many findings are good, odd and bad, and sums over them. */
  get totals(): Record<'good' | 'odd' | 'bad' | 'payload_bytes' | 'unreadable', number> {
    return this.tables.head;
  }
  /** Is the agent of an id not named before it? */
  isFirst(at: number): boolean {
    return cellsOf(this.tables.ids, at)('first') === at;
  }
}

/** Another way to read a stretch of the input. */
export interface Alternative {
  index: number;
  reading: string;
  at: number;
  length: number;
  ids: number;
}

export interface Problem {
  what: 'finding' | 'span';
  index: number;
}
