/** Runs any command. */
import type { ProgramDeps } from './program.ts';
import { createProgram } from './program.ts';
import { runProgram } from './run-program.ts';

/** @param args without the program's own name. @returns the exit code; the sentence that goes with it is written. */
export async function runCli(args: readonly string[], deps: ProgramDeps): Promise<number> {
  return runProgram(args, deps.terminal, (ended) => createProgram(deps, ended));
}
