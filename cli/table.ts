/** Columns of text as kubectl prints them. */

/** Three blanks between columns; the last one is not padded. Empty cells show as `-`. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string,
): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => cell || '-'))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('   '),
  );
  return lines.map((line, index) => `${index === 0 ? heading(line) : line}\n`).join('');
}
