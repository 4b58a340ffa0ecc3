/** kubectl as a function: what users type is what tests run. */
import { spawn } from 'node:child_process';

export interface KubectlTarget {
  /** Path of the kubectl to run. */
  readonly program: string;
  readonly kubeconfig: string;
  readonly signal?: AbortSignal;
}

export interface KubectlAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  /** Runs it and gives what it printed. @throws KubectlFailed on any exit code but 0 */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Runs it with `-o json` and gives the parsed object. */
  json<T>(args: readonly string[], input?: string): Promise<T>;
  /** Runs it where a failure is an answer too. */
  attempt(args: readonly string[], input?: string): Promise<KubectlAnswer>;
  /** The same kubectl as another user (`--as`), with the groups that the API server gives a ServiceAccount's name. */
  as(user: string): Kubectl;
}

/** kubectl ended with another code than 0. */
export class KubectlFailed extends Error {
  override readonly name = 'KubectlFailed';
  readonly answer: KubectlAnswer;

  constructor(args: readonly string[], answer: KubectlAnswer) {
    super(`kubectl ${args.join(' ')} (exit code ${answer.exitCode}): ${answer.stderr.trim().slice(-2000)}`);
    this.answer = answer;
  }
}

/** A kubectl that talks to the given cluster and no other: it never reads the user's own configuration. */
export function kubectlFor(target: KubectlTarget): Kubectl {
  return withArguments(target, []);
}

function withArguments(target: KubectlTarget, always: readonly string[]): Kubectl {
  const attempt = (args: readonly string[], input?: string): Promise<KubectlAnswer> =>
    execute(target, [...always, ...args], input);
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const answer = await attempt(args, input);
    if (answer.exitCode !== 0) throw new KubectlFailed(args, answer);
    return answer.stdout;
  };
  return {
    run,
    attempt,
    json: async <T>(args: readonly string[], input?: string) =>
      JSON.parse(await run([...args, '-o', 'json'], input)) as T,
    as: (user) => withArguments(target, [...always, `--as=${user}`]),
  };
}

async function execute(target: KubectlTarget, args: readonly string[], input = ''): Promise<KubectlAnswer> {
  const child = spawn(target.program, [`--kubeconfig=${target.kubeconfig}`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(target.signal && { signal: target.signal }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined); // EPIPE: it ended without reading; its exit code says why
  child.stdin.end(input);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
