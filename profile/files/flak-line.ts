/**
 * FLAK's lines of file access, as its dashboard reads them:
 * `<ns> {pid=<n> tid=<n> proc=<comm>}{EN|EX <op>}{k=v k=v}`
 */
import { cutToBytes, escapeName, escapeValue } from './escape.ts';
import type { FileEvent } from './file-event.ts';
import { operationOf, type Operation, type Stream } from './operations.ts';

export interface LineOptions {
  /** Only lines of commands of exactly this name; undefined: of all. */
  readonly command: string | undefined;
  /** Longest value of a pair in bytes of UTF-8, before it is escaped; FLAK's own was 150. */
  readonly maxStringBytes: number;
}

export interface Lines {
  readonly stream: Stream;
  /** Enter and exit, each with its line end. */
  readonly text: string;
}

/**
 * A call's two lines. Falco tells of calls as they return: the enter line has the time of the exit, since how long the
 * call took is not known, and its arguments are those that the exit event carries.
 * @returns undefined where the call has no lines, or is another command's
 */
export function linesOf(event: FileEvent, options: LineOptions): Lines | undefined {
  const operation = operationOf(event.name);
  if (operation === undefined) return undefined;
  if (options.command !== undefined && options.command !== event.comm) return undefined;
  const head = headOf(event);
  const entered = `${head}{EN ${operation.name}}{${pairsOf(event, operation, options)}}\n`;
  const result = event.ret === undefined ? '' : `ret=${event.ret}`;
  return { stream: operation.stream, text: `${entered}${head}{EX ${operation.name}}{${result}}\n` };
}

function headOf({ timeNs, pid, tid, comm }: FileEvent): string {
  return `${timeNs} {pid=${pid} tid=${tid} proc=${escapeName(comm)}}`;
}

function pairsOf(event: FileEvent, { pairs }: Operation, { maxStringBytes }: LineOptions): string {
  return pairs
    .flatMap(([key, valueOf]) => {
      const value = valueOf(event);
      return value === undefined ? [] : [`${key}=${escapeValue(cutToBytes(value, maxStringBytes))}`];
    })
    .join(' ');
}
