/**
 * A profile as a person has it at hand: an OCI file, Flak's own format, a `SyscallProfile` of the cluster, or a
 * `SeccompProfile` of the security-profiles-operator; in JSON or YAML.
 */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Group } from './groups.ts';
import type { OciProfile } from './oci-profile.ts';
import { ociProfileSchema } from './oci-profile.ts';
import type { Revision, Workload } from './syscall-profile.ts';
import { revisionSchema, syscallProfileStatusSchema, workloadSchema } from './syscall-profile.ts';

/** What is known of how a profile came to be. */
export interface Recorded {
  readonly workload: Workload;
  readonly container: string;
  /** The newest first; never empty. */
  readonly revisions: readonly [Revision, ...Revision[]];
  /** Where the file names them: what it allows beside the recorded calls. */
  readonly groups: readonly Group[] | null;
}

export interface ProfileDocument {
  /** What the person called it. */
  readonly source: string;
  readonly seccomp: OciProfile;
  /** Null for a file that holds rules alone. */
  readonly recorded: Recorded | null;
}

export type Reading =
  | { readonly kind: 'read'; readonly document: ProfileDocument }
  /** `why` completes "the file …": `is cut off or no JSON: …`. */
  | { readonly kind: 'unreadable'; readonly why: string };

const groupSchema = z.object({
  name: z.string(),
  description: z.string(),
  calls: z.array(z.looseObject({ name: z.string(), reason: z.string(), beside: z.array(z.string()).exactOptional() })),
});
const flakSchema = revisionSchema.extend({
  format: z.literal('flak/v1'),
  workload: workloadSchema,
  container: z.string(),
  groups: z.array(groupSchema),
  seccomp: ociProfileSchema,
});
const objectSchema = z.object({
  kind: z.literal('SyscallProfile'),
  spec: z.object({ workload: workloadSchema, container: z.string() }),
  status: syscallProfileStatusSchema,
});
const operatorSchema = z.object({ kind: z.literal('SeccompProfile'), spec: ociProfileSchema });

/** Never throws: what can't be read is said. */
export function readProfile(text: string, source: string): Reading {
  if (text.trim() === '') return { kind: 'unreadable', why: 'is empty' };
  const content = parseText(text);
  if (content.kind === 'unreadable') return content;
  const fields = z.object({ format: z.unknown().optional(), kind: z.string().optional() }).safeParse(content.value);
  if (!fields.success) return { kind: 'unreadable', why: 'holds no object' };
  const { format, kind } = fields.data;
  if (format !== undefined) return read(flakSchema, content.value, 'Flak profile', (flak) => fromFlak(flak, source));
  if (kind === 'SyscallProfile') return readObject(content.value, source);
  if (kind === 'SeccompProfile')
    return read(operatorSchema, content.value, 'SeccompProfile', ({ spec }) => ({
      source,
      seccomp: spec,
      recorded: null,
    }));
  if (kind !== undefined) return { kind: 'unreadable', why: `is a ${kind}, which is no profile` };
  return read(ociProfileSchema, content.value, 'seccomp profile', (seccomp) => ({ source, seccomp, recorded: null }));
}

function readObject(value: unknown, source: string): Reading {
  const object = read(objectSchema, value, 'SyscallProfile', (parsed) => parsed);
  if (object.kind !== 'read') return object;
  const { spec, status } = object.document;
  const [newest, ...older] = status.revisions;
  if (!newest) return { kind: 'unreadable', why: 'is a SyscallProfile in which nothing is recorded yet' };
  const recorded: Recorded = { ...spec, revisions: [newest, ...older], groups: null };
  const rules = parseText(status.seccomp);
  if (rules.kind === 'unreadable')
    return { kind: 'unreadable', why: `holds rules that can't be read: its text ${rules.why}` };
  return read(ociProfileSchema, rules.value, 'SyscallProfile', (seccomp) => ({ source, seccomp, recorded }));
}

function fromFlak(flak: z.infer<typeof flakSchema>, source: string): ProfileDocument {
  const { workload, container, groups, seccomp } = flak;
  return { source, seccomp, recorded: { workload, container, revisions: [revisionSchema.parse(flak)], groups } };
}

type Parsed = { readonly kind: 'parsed'; readonly value: unknown } | Extract<Reading, { kind: 'unreadable' }>;

function parseText(text: string): Parsed {
  const json = /^\s*[{[]/.test(text);
  try {
    return { kind: 'parsed', value: json ? JSON.parse(text) : parse(text) };
  } catch (thrown) {
    const [why = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    return { kind: 'unreadable', why: `is cut off, or no ${json ? 'JSON' : 'JSON or YAML'}: ${why.replace(/:$/, '')}` };
  }
}

type ReadingOf<T> = { readonly kind: 'read'; readonly document: T } | Extract<Reading, { kind: 'unreadable' }>;

function read<T, D>(schema: z.ZodType<T>, value: unknown, what: string, toDocument: (parsed: T) => D): ReadingOf<D> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'read', document: toDocument(parsed.data) };
  const [issue] = parsed.error.issues;
  const place = issue && issue.path.length > 0 ? issue.path.join('.') : 'the top';
  return { kind: 'unreadable', why: `is no ${what} that this version knows (${place}: ${issue?.message ?? ''})` };
}
