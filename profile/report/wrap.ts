/** Text that fits a terminal. */

export type Style = 'bad' | 'notable' | 'faint';

/** A piece of a line, all of one look. */
export interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** Narrower than this, words would stand one below the other. */
const LEAST_COLUMNS = 60;

/**
 * The pieces with a blank between them, on as many lines as they take. What is longer than a line stands on one of its own.
 * @param columns without it everything is on one line, for programs that read lines
 * @param indent blanks that continued lines begin with, and room that the first one leaves for what stands before it
 */
export function wrap(
  pieces: readonly Piece[],
  indent: number,
  columns: number | undefined,
  paint: (style: Style, text: string) => string,
): string {
  const room = columns === undefined ? Infinity : Math.max(columns, LEAST_COLUMNS) - indent;
  const rows: Piece[][] = [[]];
  let used = 0;
  for (const { text, style } of pieces)
    for (const word of text.split(' ')) {
      const last = rows.at(-1) ?? [];
      const fits = last.length === 0 || used + 1 + word.length <= room;
      used = fits && last.length > 0 ? used + 1 + word.length : word.length;
      const piece = { text: word, ...(style && { style }) };
      if (fits) last.push(piece);
      else rows.push([piece]);
    }
  return rows.map((row) => joined(row, paint)).join(`\n${' '.repeat(indent)}`);
}

/** Neighbours of one look are painted as one. */
function joined(row: readonly Piece[], paint: (style: Style, text: string) => string): string {
  const runs: Piece[] = [];
  for (const piece of row) {
    const last = runs.at(-1);
    if (last?.style === piece.style && last) runs[runs.length - 1] = { ...last, text: `${last.text} ${piece.text}` };
    else runs.push(piece);
  }
  return runs.map(({ text, style }) => (style ? paint(style, text) : text)).join(' ');
}
