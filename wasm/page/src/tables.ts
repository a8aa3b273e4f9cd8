// SPDX-License-Identifier: Apache-2.0
/** Tables of the core, read by the names of their columns. The core describes each one once (wasm/abi/table_columns.hpp). */

/** Positions of the columns, and how many there are. */
export type Columns<N extends string> = { readonly [K in N]: number } & { readonly width: number };
export type Layout = ReadonlyMap<string, readonly string[]>;

/** @shape text: a line for each table, `table name name ...`, tabs between */
export function layoutOf(text: string): Layout {
  return new Map(lines(text).map(([table, ...names]) => [table!, names]));
}

/** Throws when the core's table has other columns than those that the page reads. */
export function columnsOf<N extends string>(layout: Layout, table: string, names: readonly N[]): Columns<N> {
  const there = layout.get(table) ?? [];
  const isSame = there.length === names.length && names.every((name) => there.includes(name));
  if (!isSame) throw new Error(`the page and the core differ: table ${table} has the columns ${there.join(', ')}`);
  return Object.fromEntries([...there.map((name, at) => [name, at]), ['width', there.length]]) as Columns<N>;
}

/** The first row of a table of numbers, by names; undefined when it has no row. */
export function rowOf<N extends string>(columns: Columns<N>, numbers: ArrayLike<number>): Record<N, number> | undefined {
  if (numbers.length < columns.width) return undefined;
  const names = Object.keys(columns).filter((name) => name !== 'width') as N[];
  return Object.fromEntries(names.map((name) => [name, numbers[columns[name]]])) as Record<N, number>;
}

/** The rows of a text: its first line has the names; tabs between. */
export function rowsOf<N extends string>(text: string, names: readonly N[]): Record<N, string>[] {
  const [head = [], ...rows] = lines(text);
  const lacking = names.find((name) => !head.includes(name));
  if (lacking !== undefined) throw new Error(`the page and the core differ: there is no column ${lacking}`);
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ''])) as Record<N, string>);
}

/** Lines without their ends, cut at tabs. */
export function lines(text: string): string[][] {
  return text.split('\n').slice(0, -1).map((line) => line.split('\t'));
}
