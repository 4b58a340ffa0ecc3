/** The shape that the checked-in tables have: rows of consecutive numbers, as people read them in the kernel's own tables. */

/** First number of the row, then the names of it and its successors, separated by blanks. */
export type Row = readonly [first: number, names: string];
/** Number → the kernel's name of the call. */
export type SyscallTable = ReadonlyMap<number, string>;

export function tableOf(rows: readonly Row[]): SyscallTable {
  return new Map(
    rows.flatMap(([first, names]) => names.split(' ').map((name, offset) => [first + offset, name] as const)),
  );
}
