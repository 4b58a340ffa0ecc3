/** Why local mode can't work here, in one sentence with what to do next. */
import { getSystemErrorMessage } from 'node:util';
import type { Refusal } from '../../profile/recording.ts';
import { REFUSALS } from '../../profile/vocabulary.ts';
import type { CommandEnd } from '../../tracer/local/launch.ts';
import type { Ending, Failed } from '../ending.ts';
import { environment } from '../ending.ts';

export const NEEDS_ROOT = environment('this needs root; run it with sudo: the command itself will run as you.');
export const NESTED = environment(
  'this runs inside a recording already, which would lose what is recorded here; end that one first.',
);
export const NO_CGROUP2 = environment(`${REFUSALS['cgroup-v1']}; boot with systemd.unified_cgroup_hierarchy=1.`);

export function refused(refusal: Refusal, detail: string): Failed {
  return environment(`${REFUSALS[refusal]} (${detail}); flak doctor says what can be done about it.`);
}

export function noCgroup({ message }: Error): Failed {
  return environment(`no cgroup can be made for the command (${message}); the cgroup file system must be writable.`);
}

export function missing(parts: readonly string[]): Failed {
  const packages = 'Debian, Ubuntu: apt-get install clang libbpf-dev gcc libc6-dev';
  return environment(
    `${parts.join(' and ')} not there; in a checkout, npm run ledger makes it with clang and libbpf's headers (${packages}).`,
  );
}

/** What a missing library makes of a first call into it; null for any other error. */
export function missingLibrary(thrown: unknown): Failed | null {
  const message = thrown instanceof Error ? thrown.message : '';
  const [, library] = /(lib(?:bpf|seccomp)\.so\.\d)/.exec(message) ?? [];
  if (library === undefined) return null;
  const name = library.startsWith('libbpf') ? 'libbpf1' : 'libseccomp2';
  return environment(`${library} is not installed; install it (Debian, Ubuntu: apt-get install ${name}).`);
}

type NotStarted = Extract<CommandEnd, { kind: 'not-started' }>;

/** Exit codes of a command that never ran are the shell's: 127 not found, 126 not executable. */
export function notStarted(program: string, { step, errno }: NotStarted, note: (text: string) => void): Ending {
  const reason = getSystemErrorMessage(-errno);
  if (step !== 'command') return environment(`${program} was not started: ${step}: ${reason}.`);
  note(`flak: ${program} can't be run: ${reason}; nothing was recorded. ${REMEDIES[errno] ?? 'Name another program.'}`);
  return { kind: 'passed-on', code: errno === ENOENT ? 127 : 126 };
}

const [ENOENT, ENOEXEC, EACCES] = [2, 8, 13];
const REMEDIES: Readonly<Record<number, string>> = {
  [ENOENT]:
    'Give its path, or a name that is found in PATH; a script also needs the interpreter that its first line names.',
  [ENOEXEC]: 'A script needs a first line such as #!/bin/sh; or run it as: -- sh FILE.',
  [EACCES]: 'It must be executable (chmod +x) for the user it runs as.',
};
