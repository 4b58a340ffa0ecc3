/**
 * The commands of local mode, apart from those that speak to a cluster: its client alone takes half a second to load, and a
 * recorded command shall not wait for it.
 */
import { Command } from 'commander';
import { addRecord } from './commands/record.ts';
import type { RecordDeps } from './commands/record.ts';
import { createRecord } from './record/record.ts';
import { createTerminal } from './terminal.ts';
import { runProgram } from './run-program.ts';

/** First words of the command lines that `runLocal` takes. */
export function isLocal(word: string | undefined): boolean {
  return word === 'record';
}

export async function runLocal(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const terminal = createTerminal(process.stdout, process.stderr, environment);
  const deps: RecordDeps = { terminal, record: createRecord(environment) };
  return runProgram(args, terminal, (ended) => {
    const program = new Command('flak').enablePositionalOptions();
    addRecord(program, deps, ended);
    return program;
  });
}
