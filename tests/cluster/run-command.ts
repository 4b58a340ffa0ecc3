import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOptions {
  /** What a failure calls the command; its first words by default. */
  readonly title?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called for each line of either stream as it arrives. */
  readonly onLine?: (line: string) => void;
}

/** How much of a failed command's output is kept for the message, in lines. */
const TAIL_LINES = 40;

/** Exit code of a shell for a command that isn't there. */
const NOT_FOUND = 127;

/** A command that ended with another code than 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number | null;

  constructor(command: string, exitCode: number | null, tail: readonly string[]) {
    super(`\`${command}\` failed (${exitCode === null ? 'killed' : `exit code ${exitCode}`}):\n${tail.join('\n')}`);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command to its end and gives its standard output.
 * The environment is this process' own plus `env`; `signal` ends the command's whole process group.
 * @throws CommandFailed with the end of what it printed, or the signal's reason.
 */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [command = '', ...args] = argv;
  options.signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = (): void => {
    if (child.pid !== undefined) endGroup(child.pid);
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  const tail: string[] = [];
  const output: string[] = [];
  const onLine = (line: string): void => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.onLine?.(line);
  };
  createInterface({ input: child.stderr }).on('line', onLine);
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line);
    onLine(line);
  });
  child.stdin.on('error', () => undefined); // EPIPE: the command didn't want its input; its exit code says the rest
  child.stdin.end(options.input ?? '');
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') reject(new CommandFailed(command, NOT_FOUND, ['no such command']));
        else reject(new Error(`${command} can't be started`, { cause }));
      });
      child.on('close', resolve);
    });
    options.signal?.throwIfAborted();
    if (exitCode !== 0) throw new CommandFailed(options.title ?? argv.slice(0, 4).join(' '), exitCode, tail);
    return output.join('\n');
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // ESRCH: it has ended meanwhile
  }
}

/** Runs a command whose failure, or absence, is an answer too: `undefined`. */
export async function tryCommand(argv: readonly string[], options: CommandOptions = {}): Promise<string | undefined> {
  try {
    return await runCommand(argv, options);
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}
