/** A profile as a command is given it: a file, `-` for stdin, or the name of one in the cluster. */
import { declaredGroups } from '../profile/declared-groups.ts';
import type { ProfileDocument, Recorded } from '../profile/document.ts';
import { readProfile } from '../profile/document.ts';
import { ociProfileSchema } from '../profile/oci-profile.ts';
import { toSeccomp } from '../profile/seccomp.ts';
import type { Connect } from './connection.ts';
import type { Result } from './ending.ts';
import { ok, usage } from './ending.ts';
import type { StoredProfile, WhichProfile } from './stored-profile.ts';
import { readStored } from './stored-profile.ts';
import type { Terminal } from './terminal.ts';

export interface LoadDeps {
  readonly connect: Connect;
  readonly terminal: Terminal;
  /** The text of a file, or of stdin for `-`. */
  readonly readText: (path: string) => Promise<Result<string>>;
  /** Whether there is something by this path that can be read (not a folder). */
  readonly isFile: (path: string) => boolean;
}

export const PROFILE_ARGUMENT = 'a file, - for stdin, or a profile in the cluster (its name, or deploy/web)';

/** Names with a file's ending are never looked for in the cluster. */
const FILE_ENDING = /\.(json|ya?ml)$/i;

export async function loadProfile(name: string, which: WhichProfile, deps: LoadDeps): Promise<Result<ProfileDocument>> {
  if (name === '-' || deps.isFile(name)) return loadFile(name, deps);
  if (FILE_ENDING.test(name) || name.startsWith('.') || name.startsWith('/'))
    return usage(`there is no file ${name}; name one that exists, or a workload of the cluster.`);
  const stored = await readStored({ kind: 'named', name }, which, deps);
  return stored.kind === 'ok' ? documentOf(stored.value, name) : stored;
}

async function loadFile(name: string, { readText }: LoadDeps): Promise<Result<ProfileDocument>> {
  const text = await readText(name);
  if (text.kind !== 'ok') return text;
  const source = name === '-' ? 'the input' : name;
  const reading = readProfile(text.value, source);
  if (reading.kind === 'read') return ok(reading.document);
  return usage(`${source} ${reading.why}; give an OCI, Flak or SyscallProfile file.`);
}

/** The newest revision with its stored rules. */
function documentOf(stored: StoredProfile, source: string): Result<ProfileDocument> {
  const reading = readProfile(
    JSON.stringify({ kind: 'SyscallProfile', spec: stored.spec, status: stored.status }),
    source,
  );
  return reading.kind === 'read'
    ? ok(reading.document)
    : usage(`${source} ${reading.why}; use the flak that is installed.`);
}

/** Each revision of a recorded profile as a document of its own, the newest first; older rules are made anew. */
export function documentsOfRevisions({ source, recorded }: ProfileDocument): ProfileDocument[] {
  return (recorded?.revisions ?? []).map((revision) => {
    const { workload, container, groups } = recorded as Recorded;
    const rules = ociProfileSchema.parse(toSeccomp(revision, declaredGroups()));
    return {
      source: `${source} (${revision.image || revision.imageDigest})`,
      seccomp: rules,
      recorded: { workload, container, groups, revisions: [revision] },
    };
  });
}
