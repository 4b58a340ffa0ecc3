/** One profile out of several files: by their recordings where all have them, else by their rules. */
import { declaredGroups } from './declared-groups.ts';
import type { ProfileDocument, Recorded } from './document.ts';
import { effectsOf } from './effect.ts';
import type { FlakProfile } from './flak-format.ts';
import { toFlakFormat } from './flak-format.ts';
import { mergeStatuses } from './merge.ts';
import type { OciProfile, OciRule } from './oci-profile.ts';
import type { Revision, SyscallProfileStatus } from './syscall-profile.ts';
import type { FileProfile } from './write-oci.ts';
import { toFileProfile } from './write-oci.ts';

export type Merging =
  | { readonly kind: 'recordings'; readonly merged: FlakProfile }
  | { readonly kind: 'rules'; readonly merged: FileProfile }
  /** `why` is a sentence that says what to do instead. */
  | { readonly kind: 'impossible'; readonly why: string };

export interface MergeOptions {
  /** Take recordings of different images for one. */
  readonly acrossImages: boolean;
  /** Nobody asks for more than rules: recordings that don't belong together are merged by theirs. */
  readonly rulesDo: boolean;
}

export function mergeDocuments(
  documents: readonly ProfileDocument[],
  { acrossImages, rulesDo }: MergeOptions,
): Merging {
  const recorded = documents.flatMap((document) => document.recorded ?? []);
  if (recorded.length < documents.length) return mergeRules(documents);
  return rulesDo && ownersOf(recorded).size > 1 ? mergeRules(documents) : mergeRecordings(recorded, acrossImages);
}

function ownersOf(recorded: readonly Recorded[]): Set<string> {
  return new Set(
    recorded.map(({ workload, container }) => `${workload.kind} ${workload.name}, container ${container}`),
  );
}

function mergeRecordings(recorded: readonly Recorded[], acrossImages: boolean): Merging {
  const [first] = recorded;
  if (!first) return { kind: 'impossible', why: 'there is nothing to merge; name a profile.' };
  const owners = ownersOf(recorded);
  if (owners.size > 1)
    return {
      kind: 'impossible',
      why: `they are of different containers (${[...owners].join('; ')}); --format oci merges their rules to get one profile for all.`,
    };
  const newest = recorded.map(({ revisions }) => revisions[0]);
  const digests = new Set(newest.map(({ imageDigest }) => imageDigest));
  if (digests.size > 1 && !acrossImages)
    return {
      kind: 'impossible',
      why: `they are of different images (${[...digests].join(', ')}), of which each has a profile of its own; --across-images takes them for one.`,
    };
  const groups = declaredGroups();
  const latest = newest.reduce((a, b) => (Date.parse(b.lastRecordedAt) > Date.parse(a.lastRecordedAt) ? b : a));
  const same = newest.map((revision) => ({ ...revision, imageDigest: latest.imageDigest }));
  const status = same.map(statusOf).reduce((a, b) => mergeStatuses(a, b, { groups }));
  const merged = { ...(status.revisions[0] ?? latest), image: latest.image };
  return { kind: 'recordings', merged: toFlakFormat(first.workload, first.container, merged, groups) };
}

/** Only the revisions count: mergeStatuses says the rest anew. */
function statusOf(revision: Revision): SyscallProfileStatus {
  const { completeness } = revision;
  return {
    seccomp: '',
    syscallCount: 0,
    completeness,
    contributorCount: 0,
    revisions: [revision],
    revisionsDropped: 0,
  };
}

/** What any of them allows is allowed; an answer counts where none of them allows the call. */
function mergeRules(documents: readonly ProfileDocument[]): Merging {
  const profiles = documents.map(({ seccomp }) => seccomp);
  const defaults = new Set(profiles.map(({ defaultAction, defaultErrno }) => `${defaultAction} ${defaultErrno ?? 1}`));
  if (defaults.size > 1)
    return {
      kind: 'impossible',
      why: 'they differ in what they do by default; make that equal first (`flak diff` shows it).',
    };
  const scoped = documents.find(({ seccomp }) => seccomp.rules.some(({ where }) => where !== ''));
  if (scoped)
    return {
      kind: 'impossible',
      why: `${scoped.source} has rules for some containers only (includes, excludes); merge profiles without such rules.`,
    };
  const [first] = profiles;
  if (!first) return { kind: 'impossible', why: 'there is nothing to merge; name a profile.' };
  const architectures = profiles.flatMap((profile) => profile.architectures);
  return { kind: 'rules', merged: toFileProfile({ ...first, architectures, rules: unionOfRules(profiles) }) };
}

function unionOfRules(profiles: readonly OciProfile[]): OciRule[] {
  const effects = profiles.map(effectsOf);
  const names = [...new Set(effects.flatMap((byName) => [...byName.keys()]))];
  return names.flatMap((name) => {
    const rules = profiles.flatMap((profile) => profile.rules.filter((rule) => rule.names.includes(name)));
    const allowing = rules.filter(({ action }) => action === 'SCMP_ACT_ALLOW');
    const bare = allowing.filter(({ args }) => args.length === 0);
    const chosen = bare.length > 0 ? bare.slice(0, 1) : allowing.length > 0 ? allowing : rules.slice(0, 1);
    return chosen.map((rule) => ({ ...rule, names: [name] }));
  });
}
