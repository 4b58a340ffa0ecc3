/** Runs one command line to its exit code. */
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Ending } from './ending.ts';
import { DONE, EXIT_CODES } from './ending.ts';
import type { Ended } from './registration.ts';
import type { Terminal } from './terminal.ts';

/** Commander's endings without an error: help or the version that was asked for. */
const ANSWERS: readonly string[] = ['commander.helpDisplayed', 'commander.version'];

/** @param args without the program's own name. @returns the exit code; the sentence that goes with it is written. */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  create: (ended: Ended) => Command,
): Promise<number> {
  let ending: Ending = DONE;
  const program = create((how) => {
    ending = how;
  });
  for (const command of [program, ...allCommands(program)])
    command.exitOverride().configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => {
        terminal.note(text.trimEnd());
      },
    });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    // Commander has written the sentence.
    if (thrown instanceof CommanderError) return ANSWERS.includes(thrown.code) ? EXIT_CODES.done : EXIT_CODES.usage;
    throw thrown;
  }
  return tell(ending, terminal);
}

function tell(ending: Ending, { note }: Terminal): number {
  if (ending.kind === 'passed-on') return ending.code;
  if (ending.kind !== 'done') note(`flak: ${ending.message}`);
  return EXIT_CODES[ending.kind];
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
