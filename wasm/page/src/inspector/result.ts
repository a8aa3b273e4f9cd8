// SPDX-License-Identifier: Apache-2.0
import type { Limits, Names, Tables } from './calls';

const kNowhere = 0xffff_ffff;
const kSpan = 7;
const kId = 4;
const kFinding = 14;

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

const ascii = new TextDecoder();
const index = (number: number) => (number === kNowhere ? undefined : number);

/** An inspection, read out of the tables only where it is looked at. */
export class Result {
  private allIds: string | undefined;
  readonly spanCount: number;
  readonly idCount: number;
  readonly findingCount: number;
  readonly distinct: number;
  readonly readBytes: number;
  readonly notes: string[];

  constructor(
    private readonly tables: Tables,
    readonly names: Names,
    readonly limits: Limits,
  ) {
    const [spans, ids, findings, notes, distinct, read] = tables.head;
    [this.spanCount, this.idCount, this.findingCount, this.distinct, this.readBytes] = [spans!, ids!, findings!, distinct!, read!];
    this.notes = this.notesOf(notes!);
  }

  span(at: number): Span {
    const [from, length, kind, verdict, finding, id, badAt] = this.tables.spans.subarray(at * kSpan, at * kSpan + kSpan) as unknown as number[];
    return { at: from!, length: length!, kind: this.names.kind[kind!]!, verdict: this.names.verdict[verdict!]!, finding: index(finding!), id: index(id!), badAt: badAt! };
  }
  id(at: number): FoundId {
    const [span, finding, first, bits] = this.tables.ids.subarray(at * kId, at * kId + kId) as unknown as number[];
    return { span: span!, finding: index(finding!), first: first!, canonical: (bits! & 1) === 1, version: (bits! >> 1) & 15, variant: this.names.variant[bits! >> 8]! };
  }
  uuid(at: number): string {
    const size = this.limits.uuidCharacters;
    return ascii.decode(this.tables.idText.subarray(at * size, (at + 1) * size));
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
    const n = this.tables.findings.subarray(at * kFinding, at * kFinding + kFinding);
    const { form, wrapping, channel, verdict } = this.names;
    return {
      form: form[n[0]!]!, wrapping: wrapping[n[1]!]!, channel: channel[n[2]!]!, verdict: verdict[n[3]!]!, notes: this.notesOf(n[4]!),
      at: n[5]!, length: n[6]!, payloadBytes: n[7]!, firstSpan: n[8]!, spans: n[9]!, firstId: n[10]!, ids: n[11]!, unreadable: n[12]!, duplicates: n[13]!,
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
    let [low, high] = [0, this.spanCount - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.tables.spans[middle * kSpan]! <= byte) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Spans that are not as they should be, in order, and findings with remarks before their spans. */
  troubles(): Trouble[] {
    const troubles: Trouble[] = [];
    const odd = this.names.verdict.indexOf('odd');
    const remarked = new Set<number>();
    for (let at = 0; at < this.findingCount; ++at) if (this.tables.findings[at * kFinding + 3]! >= odd) remarked.add(at);
    let told = -1;
    for (let at = 0; at < this.spanCount; ++at) {
      const finding = this.tables.spans[at * kSpan + 4]!;
      if (finding > told && finding !== kNowhere) {
        told = finding;
        if (remarked.has(finding)) troubles.push({ what: 'finding', index: finding });
      }
      if (this.tables.spans[at * kSpan + 3]! >= odd) troubles.push({ what: 'span', index: at });
    }
    return troubles;
  }

  /** The first of every id, in order. */
  distinctIds(): number[] {
    const first: number[] = [];
    for (let at = 0; at < this.idCount; ++at) if (this.tables.ids[at * kId + 2] === at) first.push(at);
    return first;
  }
}

export interface Trouble {
  what: 'finding' | 'span';
  index: number;
}
