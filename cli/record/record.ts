/** `flak record`, from its options to the written profile. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMadeByWorkload } from '../../profile/calls.ts';
import { describeCompleteness } from '../../profile/completeness.ts';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { toFlakFormat } from '../../profile/flak-format.ts';
import { PARTIAL_REASONS } from '../../profile/vocabulary.ts';
import type { SeccompProfile } from '../../profile/seccomp.ts';
import { renderSeccomp } from '../../profile/seccomp.ts';
import type { Revision } from '../../profile/syscall-profile.ts';
import { revisionOf, unionOfRevisions, workloadOf } from '../../tracer/local/local-profile.ts';
import type { Preload } from '../../tracer/ledger/preload.ts';
import type { LocalRecording } from '../../tracer/local/record.ts';
import type { LocalPlaces } from '../../tracer/local/places.ts';
import { describeNode } from '../../tracer/node.ts';
import { toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';
import type { Terminal } from '../terminal.ts';
import type { Owner } from '../write-whole.ts';
import { missingLibrary } from './describe-failure.ts';
import { findMachine } from './machine.ts';
import type { Observed } from './observe.ts';
import { observe } from './observe.ts';
import type { RecordOptions } from './options.ts';
import type { WriteOutput } from './output-file.ts';
import { outputTo } from './output-file.ts';

export type Record = (options: RecordOptions, command: readonly string[], terminal: Terminal) => Promise<Ending>;

/** @param environment what recorded commands get, and what tells who called sudo */
export function createRecord(environment: NodeJS.ProcessEnv, preload?: Preload): Record {
  return (options, command, terminal) => record({ options, command, terminal, environment, preload });
}

interface Request {
  readonly options: RecordOptions;
  readonly command: readonly string[];
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly preload: Preload | undefined;
}

/** Everything that can fail beforehand does so before the command runs; nothing half-written is left. */
async function record({ options, command, terminal, environment, preload }: Request): Promise<Ending> {
  const machine = findMachine(terminal.note, preload);
  if (machine.kind !== 'ok') return machine;
  const path = options.output ?? (options.format === 'oci' ? 'seccomp.json' : 'flak.json');
  const earlier = options.merge === true ? await readEarlier(path) : ok(null);
  if (earlier.kind !== 'ok') return earlier;
  const output = path === '-' ? ok(toStdout(terminal)) : await outputTo(path, callerOf(environment));
  if (output.kind !== 'ok') return output;
  try {
    const observation = await observe(options, command, { places: machine.value, environment, note: terminal.note });
    if (observation.kind === 'failed') return observation.ending;
    const { observed } = observation;
    const written = await write(observed, earlier.value, {
      options,
      path,
      places: machine.value,
      output: output.value,
      terminal,
    });
    return written.kind === 'ok' ? observed.ending : written;
  } catch (thrown) {
    const failed = missingLibrary(thrown);
    if (failed) return failed;
    throw thrown;
  }
}

interface Destination {
  readonly options: RecordOptions;
  readonly path: string;
  readonly places: LocalPlaces;
  readonly output: WriteOutput;
  readonly terminal: Terminal;
}

async function write(
  observed: Observed,
  earlier: Revision | null,
  { options, path, places, output, terminal }: Destination,
): Promise<Result<undefined>> {
  const { name, arming, recording } = observed;
  const own = revisionOfRun(name, places, recording, arming);
  const revision = earlier ? unionOfRevisions(earlier, own) : own;
  const profile = toFlakFormat(workloadOf(name), name, revision, declaredGroups());
  const written = await output(options.format === 'oci' ? renderSeccomp(profile.seccomp) : toJson(profile));
  if (written.kind !== 'ok') return written;
  const made = new Set(revision.calls.filter(isMadeByWorkload).map((call) => call.name));
  terminal.note(`flak: ${name}: ${made.size} system calls; ${describeCompleteness(revision)}`);
  for (const reason of revision.completeness.reasons) terminal.note(`flak: ${reason}: ${PARTIAL_REASONS[reason]}`);
  const declared = allowedIn(profile.seccomp).difference(made).size;
  if (path !== '-')
    terminal.note(`flak: wrote ${path}; it also allows ${declared} calls that runtimes and other machines need`);
  return written;
}

function allowedIn({ syscalls }: SeccompProfile): Set<string> {
  return new Set(syscalls.flatMap(({ names, action }) => (action === 'SCMP_ACT_ALLOW' ? names : [])));
}

/** A recording that has just ended, as a contribution of its own. */
export function revisionOfRun(
  name: string,
  { hierarchy }: LocalPlaces,
  recording: LocalRecording,
  arming: Observed['arming'] = 'before-gate',
): Revision {
  const node = describeNode(hostname(), hierarchy.kind);
  return revisionOf(recording, { name, runUid: crypto.randomUUID(), arming, node, endedAt: new Date() });
}

/** What `--merge` adds to; null where the file isn't there yet. */
async function readEarlier(path: string): Promise<Result<Revision | null>> {
  if (path === '-' || !existsSync(path)) return ok(null);
  // Needed for this alone, and slow to load.
  const [{ readProfile }, { readTextFile }] = await Promise.all([
    import('../../profile/document.ts'),
    import('../files.ts'),
  ]);
  const content = await readTextFile(path);
  if (content.kind !== 'ok') return content;
  const reading = readProfile(content.value, path);
  if (reading.kind === 'unreadable') return usage(`${path} ${reading.why}; without --merge it is replaced.`);
  const { recorded } = reading.document;
  if (!recorded)
    return usage(`${path} holds rules alone, to which no recording can be added; without --merge it is replaced.`);
  return ok(recorded.revisions[0]);
}

function toStdout({ out }: Terminal): WriteOutput {
  return (text) => {
    out(text);
    return Promise.resolve(ok(undefined));
  };
}

/** Under sudo the file is for who called it. */
function callerOf({ SUDO_UID, SUDO_GID }: NodeJS.ProcessEnv): Owner | null {
  return SUDO_UID === undefined || SUDO_GID === undefined ? null : { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
}
