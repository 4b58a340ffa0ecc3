/** Where a command writes: results to `out`, everything else to `note`, so that results can be redirected. */

export interface Terminal {
  readonly out: (text: string) => void;
  readonly note: (text: string) => void;
  /** Headings stand out on a terminal that wants it. */
  readonly heading: (text: string) => string;
}

export interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Colour only on a terminal, never under NO_COLOR (no-color.org: set to anything but the empty string) or TERM=dumb. */
export function createTerminal(
  out: Stream,
  error: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const coloured = out.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return {
    out: (text) => void out.write(text),
    note: (text) => void error.write(`${text}\n`),
    heading: (text) => (coloured ? `\u001b[1m${text}\u001b[22m` : text),
  };
}
