/**
 * The commands of local mode, apart from those that speak to a cluster: its client alone takes half a second to load, and a
 * recorded command shall not wait for it.
 */
import { Command } from 'commander';
import { addRecord } from './commands/record.ts';
import type { RecordDeps } from './commands/record.ts';
import { addVerify } from './commands/verify.ts';
import type { VerifyDeps } from './commands/verify.ts';
import { createRecord } from './record/record.ts';
import { createTerminal } from './terminal.ts';
import { runProgram } from './run-program.ts';

/** First words of the command lines that `runLocal` takes. */
export function isLocal(word: string | undefined): boolean {
  return word === 'record' || word === 'verify';
}

export async function runLocal(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const terminal = createTerminal(process.stdout, process.stderr, environment);
  const deps: RecordDeps & VerifyDeps = {
    terminal,
    record: createRecord(environment),
    // Reads profiles, which recording needs nothing of.
    verify: async (...asked) => (await import('./verify/verify.ts')).createVerify(environment)(...asked),
    verifyWorkload: async (...asked) =>
      (await import('./verify/canary/here.ts')).verifyWorkloadHere(terminal, environment)(...asked),
  };
  return runProgram(args, terminal, (ended) => {
    const program = new Command('flak').enablePositionalOptions();
    addRecord(program, deps, ended);
    addVerify(program, deps, ended);
    return program;
  });
}
