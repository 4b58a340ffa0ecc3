/**
 * The commands of local mode, apart from those that speak to a cluster: its client alone takes half a second to load, and a
 * recorded command shall not wait for it.
 */
import { Command } from 'commander';
import type { Preload } from '../tracer/ledger/preload.ts';
import { addRecord } from './commands/record.ts';
import type { RecordDeps } from './commands/record.ts';
import { addVerify } from './commands/verify.ts';
import type { VerifyDeps } from './commands/verify.ts';
import { createRecord } from './record/record.ts';
import { createTerminal } from './terminal.ts';
import { runProgram } from './run-program.ts';

export async function runLocalCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  preload?: Preload,
): Promise<number> {
  const terminal = createTerminal(process.stdout, process.stderr, environment);
  const deps: RecordDeps & VerifyDeps = {
    terminal,
    record: createRecord(environment, preload),
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
