/** `flak verify`, from its options to its answer. */
import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProfileDocument } from '../../profile/document.ts';
import type { OciProfile } from '../../profile/oci-profile.ts';
import type { Abi } from '../../profile/recording.ts';
import type { Revision } from '../../profile/syscall-profile.ts';
import { hasStarted } from '../../tracer/local/local-profile.ts';
import { readLoggedCalls } from '../../tracer/local/kernel-log.ts';
import type { FilterMode } from '../../tracer/local/seccomp-filter.ts';
import { compileFilter } from '../../tracer/local/seccomp-filter.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok, usage } from '../ending.ts';
import { missingLibrary, notStarted } from '../record/describe-failure.ts';
import { findMachine } from '../record/machine.ts';
import type { CommandObservation, Surroundings } from '../record/observe.ts';
import { observeCommand } from '../record/observe.ts';
import { revisionOfRun } from '../record/record.ts';
import type { Terminal } from '../terminal.ts';
import { denialsOf, findingsOf, unionOfFindings, withPrograms } from './findings.ts';
import { loadLocalProfile } from './load.ts';
import type { VerifyOptions } from './options.ts';
import type { Verification } from './report.ts';
import { describe, toReport } from './report.ts';
import { markVerified, misuse, propose } from './write-back.ts';

export type Verify = (
  profile: string,
  command: readonly string[],
  options: VerifyOptions,
  terminal: Terminal,
) => Promise<Ending>;

/** @param environment what the command gets, and what tells who called sudo */
export function createVerify(environment: NodeJS.ProcessEnv): Verify {
  return async (name, command, options, terminal) => {
    const machine = findMachine(terminal.note);
    if (machine.kind !== 'ok') return machine;
    const loaded = await loadLocalProfile(name);
    if (loaded.kind !== 'ok') return loaded;
    const refused = misuse(name, loaded.value, options);
    if (refused) return refused;
    const surroundings = { places: machine.value, environment, note: terminal.note };
    try {
      return await verify({ name, command, options, terminal, document: loaded.value, surroundings });
    } catch (thrown) {
      const failed = missingLibrary(thrown);
      if (failed) return failed;
      throw thrown;
    }
  };
}

interface Replay {
  readonly name: string;
  readonly command: readonly string[];
  readonly options: VerifyOptions;
  readonly terminal: Terminal;
  readonly document: ProfileDocument;
  readonly surroundings: Surroundings;
}

async function verify(replay: Replay): Promise<Ending> {
  const { name, command, options, terminal, document } = replay;
  const native: Abi = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const [program = ''] = command;
  terminal.note(`flak: 1 of 2: ${program} runs with what the profile would deny only logged`);
  const logged = await run(replay, 'logged');
  if (logged.kind === 'failed') return logged.ending;
  if (logged.kind === 'not-started') return notStarted(program, logged, terminal.note);
  const loggedRevision = revisionOfRun(basename(program), replay.surroundings.places, logged.recording);
  terminal.note(`flak: 2 of 2: ${program} runs under the profile itself`);
  const enforced = await run(replay, 'enforced');
  if (enforced.kind === 'failed') return enforced.ending;
  const found = withPrograms(findingsOf(loggedRevision, document.seccomp, native), readLoggedCalls());
  const denied = deniedIn(replay, enforced, native);
  const verification: Verification = {
    profile: name,
    findings: unionOfFindings(found, denied),
    loggedCode: logged.code,
    enforcedCode: enforced.kind === 'ran' && hasStarted(enforced.recording) ? enforced.code : null,
    // What is done through io_uring makes no system calls, so that no profile denies it either.
    reasons: loggedRevision.completeness.reasons.filter((reason) => reason !== 'io-uring'),
  };
  return conclude(verification, replay, loggedRevision, options);
}

function deniedIn({ command: [program = ''], document, surroundings }: Replay, run: CommandObservation, native: Abi) {
  if (run.kind !== 'ran' || !hasStarted(run.recording)) return [];
  return denialsOf(revisionOfRun(basename(program), surroundings.places, run.recording), document.seccomp, native);
}

async function run(replay: Replay, mode: FilterMode): Promise<CommandObservation> {
  const { command, options, document, surroundings } = replay;
  const compiled = compile(document.seccomp, mode);
  if (compiled.kind !== 'ok') return { kind: 'failed', ending: compiled };
  const filter = compiled.value;
  try {
    return await observeCommand(
      { command, user: options.user, filter, stdoutToStderr: options.output === 'json' },
      surroundings,
    );
  } finally {
    closeSync(filter);
  }
}

function compile(profile: OciProfile, mode: FilterMode): Result<number> {
  try {
    return ok(compileFilter(profile, mode));
  } catch (thrown) {
    const { message } = thrown as Error;
    if (!message.startsWith('libseccomp refuses')) throw thrown;
    return usage(`${message}; runtimes would refuse this profile too: see flak check.`);
  }
}

async function conclude(
  verification: Verification,
  { name, terminal, document }: Replay,
  seen: Revision,
  { write, propose: to, output }: VerifyOptions,
): Promise<Ending> {
  const report = toReport(verification);
  if (output === 'json') terminal.out(toJson(report));
  for (const line of describe(report)) terminal.note(line);
  if (report.verified) return write === true ? markVerified(name, document) : DONE;
  if (to !== undefined) {
    const proposed = await propose(to, document, seen);
    if (proposed.kind !== 'done') return proposed;
    terminal.note(
      `flak: wrote ${to}: the profile with what was found; look at it before you use it (flak diff ${name} ${to}).`,
    );
  }
  return finding(`${document.source} is not verified.`);
}
