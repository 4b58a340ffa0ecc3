/** Runs an OCI runtime by its command line, each time marked so that a machine-wide recorder can tell its processes apart. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { within } from '../within.ts';

export interface Runtime {
  readonly path: string;
  readonly name: 'runc' | 'crun';
  readonly version: string;
}

/**
 * The audit login id given to every measured process: children inherit it and nothing on the way to a container changes
 * it (credentials(7)). 0x666c616b is "flak".
 */
export const MARK = 0x666c616b;

/** crun refuses hybrid cgroups ("cgroups in hybrid mode not supported"): it gets a mount namespace that shows v2 alone. */
const V2_ALONE = 'if [ -d /sys/fs/cgroup/unified ]; then mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup; fi';

/** Reads name and version from `--version`; throws where the file is no runc or crun. */
export function identifyRuntime(path: string): Runtime {
  const answer = execFileSync(path, ['--version'], { encoding: 'utf8' });
  const found = /^(runc|crun) version (\S+)/.exec(answer);
  if (!found) throw new Error(`${path} is neither runc nor crun: ${answer.split('\n')[0] ?? ''}`);
  return { path, name: found[1] as Runtime['name'], version: found[2] ?? '' };
}

export interface RunResult {
  readonly status: number | null;
  readonly output: string;
}

/** One command of the runtime as a program and its arguments; `state` is the folder for its `--root`. */
export function commandOf(runtime: Runtime, state: string, args: readonly string[]): [string, ...string[]] {
  const isCrun = runtime.name === 'crun';
  const command = [runtime.path, '--root', state, ...(isCrun ? ['--cgroup-manager=disabled'] : []), ...args];
  const script = `${isCrun ? `${V2_ALONE};` : ''} echo ${MARK} > /proc/self/loginuid; exec "$@"`;
  const shell: [string, ...string[]] = ['sh', '-c', script, basename(runtime.path), ...command];
  return isCrun ? ['unshare', '--mount', ...shell] : shell;
}

/** Waits for the end of one command of the runtime; `state` is the folder for its `--root`. */
export function runRuntime(runtime: Runtime, state: string, args: readonly string[]): RunResult {
  const [file, ...rest] = commandOf(runtime, state, args);
  using output = openScratch();
  const ended = spawnSync(file, rest, {
    stdio: ['ignore', output.fd, output.fd],
    ...within(60_000),
  });
  if (ended.error) throw new Error(`${runtime.name} could not be run`, { cause: ended.error });
  return { status: ended.status, output: readFileSync(output.path, 'utf8') };
}

/** A file, not a pipe: a detached container keeps its output open, and a pipe's reader would wait for it. */
function openScratch(): Disposable & { readonly fd: number; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'flak-runtime-'));
  const path = join(folder, 'output');
  const fd = openSync(path, 'w');
  return {
    fd,
    path,
    [Symbol.dispose]() {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  };
}
