/** Where a command writes: results to `out`, everything else to `note`, so that results can be redirected. */

export interface Terminal {
  readonly out: (text: string) => void;
  readonly note: (text: string) => void;
  /** How wide the terminal is; undefined where results go elsewhere. */
  readonly columns: number | undefined;
  /** Headings stand out on a terminal that wants it. */
  readonly heading: (text: string) => string;
  /** So do, there, parts of a result. */
  readonly paint: (style: Style, text: string) => string;
}

export type Style = 'good' | 'bad' | 'notable' | 'faint';

/** SGR codes that begin and end each style (ECMA-48). */
const STYLES: Readonly<Record<Style, readonly [begin: number, end: number]>> = {
  good: [32, 39],
  bad: [31, 39],
  notable: [33, 39],
  faint: [2, 22],
};

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Colour only on a terminal, never under NO_COLOR (no-color.org: set to anything but the empty string) or TERM=dumb. */
export function createTerminal(
  out: Stream,
  error: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  for (const stream of [out, error]) stream.on?.('error', endWithReader);
  const coloured = out.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return {
    out: (text) => void out.write(text),
    note: (text) => void error.write(`${text}\n`),
    columns: out.isTTY === true ? out.columns : undefined,
    heading: (text) => (coloured ? `\u001b[1m${text}\u001b[22m` : text),
    paint: (style, text) => (coloured ? `\u001b[${STYLES[style][0]}m${text}\u001b[${STYLES[style][1]}m` : text),
  };
}

/** 128 and the number of SIGPIPE, which Node ignores: what a shell is told of other programs. */
const ENDED_BY_SIGPIPE = 141;

/** Who reads may have enough (`| head`): the rest is for nobody. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ENDED_BY_SIGPIPE);
}
