/** The stored profiles of a workload's containers, each of one version; and the level that a replay earned, written into it. */
import { z } from 'zod';
import { readProfile } from '../../../profile/document.ts';
import type { OciProfile } from '../../../profile/oci-profile.ts';
import type { Revision, SyscallProfileStatus, Workload } from '../../../profile/syscall-profile.ts';
import { syscallProfileStatusSchema, workloadSchema } from '../../../profile/syscall-profile.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import type { Outcome } from '../../../webhook/kube/outcome.ts';
import { explainFailure, listAs } from '../../cluster.ts';
import type { Connection } from '../../connection.ts';
import type { Result } from '../../ending.ts';
import { environment, finding, ok } from '../../ending.ts';

export interface ProfileAtHand {
  readonly name: string;
  readonly workload: Workload;
  readonly container: string;
  readonly resourceVersion: string;
  readonly status: SyscallProfileStatus;
  readonly rules: OciProfile;
  /** The newest, which the rules are of. */
  readonly revision: Revision;
}

const storedSchema = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
  spec: z.object({ workload: workloadSchema, container: z.string() }),
  status: syscallProfileStatusSchema.optional(),
});

/** By container; those of which nothing is recorded yet are left out. */
export async function profilesOf(
  workload: Workload,
  { cluster, namespace }: Connection,
  note: (text: string) => void,
): Promise<Result<ReadonlyMap<string, ProfileAtHand>>> {
  const listed = await listAs(cluster, KINDS.syscallProfiles, namespace, storedSchema, note);
  if (listed.kind !== 'ok') return listed;
  const own = listed.value.filter(({ spec }) => isSame(spec.workload, workload));
  const found = new Map<string, ProfileAtHand>();
  for (const stored of own) {
    const at = atHand(stored);
    if (at.kind !== 'ok') return at;
    if (at.value !== null) found.set(stored.spec.container, at.value);
  }
  return ok(found);
}

/** The version of an API may change, its group stays. */
function isSame(one: Workload, other: Workload): boolean {
  const groupOf = ({ apiVersion }: Workload): string => apiVersion.replace(/\/?[^/]*$/, '');
  return one.kind === other.kind && one.name === other.name && groupOf(one) === groupOf(other);
}

function atHand({ metadata, spec, status }: z.infer<typeof storedSchema>): Result<ProfileAtHand | null> {
  const [revision] = status?.revisions ?? [];
  if (status === undefined || revision === undefined) return ok(null);
  const reading = readProfile(status.seccomp, metadata.name);
  if (reading.kind === 'unreadable') return finding(`${metadata.name} ${reading.why}; record it again.`);
  return ok({ ...metadata, ...spec, status, rules: reading.document.seccomp, revision });
}

/** Only over the version that was verified: whatever was merged meanwhile was not. */
export async function writeVerified(
  { name, resourceVersion }: ProfileAtHand,
  { cluster, namespace }: Connection,
): Promise<Result<undefined>> {
  const profiles = cluster.resource(KINDS.syscallProfiles);
  const got = await profiles.get(namespace, name);
  if (got.kind !== 'ok') return explainFailure(got, `read syscallprofiles/${name}`);
  const stored = objectSchema.parse(got.value);
  const isChanged = stored.metadata.resourceVersion !== resourceVersion;
  const written = isChanged ? CHANGED : await profiles.replace(namespace, name, verifiedOf(stored), 'status');
  if (written.kind === 'ok') return ok(undefined);
  if (written.kind === 'conflict')
    return finding(`${name} was changed while its canaries ran, so that the level isn't its own; verify it again.`);
  if (written.kind === 'refused')
    return environment(
      `everything was allowed, but the level could not be written into ${name}: ${written.message}; ` +
        'use an account that may update syscallprofiles/status (docs/verify.md).',
    );
  return explainFailure(written, `write the level into ${name}`);
}

const CHANGED: Outcome<unknown> = { kind: 'conflict' };

/** The object as it is, whatever a newer version keeps in it. */
const levelSchema = z.looseObject({ completeness: z.looseObject({ level: z.string() }) });
const objectSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  status: levelSchema.extend({ revisions: z.tuple([levelSchema], levelSchema) }),
});

function verifiedOf(object: z.infer<typeof objectSchema>): object {
  const raise = <T extends z.infer<typeof levelSchema>>(one: T): T => ({
    ...one,
    completeness: { ...one.completeness, level: 'verified' },
  });
  const [newest, ...older] = object.status.revisions;
  return { ...object, status: { ...raise(object.status), revisions: [raise(newest), ...older] } };
}
