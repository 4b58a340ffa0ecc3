/** Where a command's result goes: stdout, or a file that is written whole. */
import type { Ending, Result } from './ending.ts';
import { DONE } from './ending.ts';
import type { Terminal } from './terminal.ts';

export interface DeliverDeps {
  readonly terminal: Terminal;
  /** Writes the file whole or not at all. */
  readonly writeFile: (path: string, content: string) => Promise<Result<undefined>>;
}

export const TO_OPTION = ['--to <file>', 'write there, whole or not at all, instead of to stdout'] as const;

export async function deliver(content: string, to: string | undefined, deps: DeliverDeps): Promise<Ending> {
  if (to === undefined) {
    deps.terminal.out(content);
    return DONE;
  }
  const written = await deps.writeFile(to, content);
  if (written.kind !== 'ok') return written;
  deps.terminal.note(`wrote ${to}`);
  return DONE;
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
