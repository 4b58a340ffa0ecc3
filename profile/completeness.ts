/** How far a profile can be trusted, how two such statements join, and how a person reads one. */
import { isMadeByWorkload } from './calls.ts';
import { compareText } from './instants.ts';
import type { Note, PartialReason } from './recording.ts';
import { NOTES, PARTIAL_REASONS } from './vocabulary.ts';
import { estimateMissing } from './species.ts';
import type { Completeness, Contributor, ProfiledCall, Revision } from './syscall-profile.ts';
import { KEPT } from './kept.ts';

const REASON_ORDER = Object.keys(PARTIAL_REASONS) as PartialReason[];
const NOTE_ORDER = Object.keys(NOTES) as Note[];

/**
 * The statement that follows from reasons (any one of them lowers the level) and notes (none does).
 * @param disagreements names beside `falco-disagrees`. Keeping the first by name makes unions independent of their order
 */
export function completenessOf(
  reasons: Iterable<PartialReason>,
  notes: Iterable<Note>,
  disagreements: Iterable<string> = [],
): Completeness {
  const given = new Set(reasons);
  const noted = new Set(notes);
  const kept = REASON_ORDER.filter((reason) => given.has(reason));
  const named = [...new Set(disagreements)].sort(compareText).slice(0, KEPT.disagreements);
  return {
    level: kept.length > 0 ? 'partial' : 'observed',
    reasons: kept,
    notes: NOTE_ORDER.filter((note) => noted.has(note)),
    ...(named.length > 0 && given.has('falco-disagrees') ? { disagreements: named } : {}),
  };
}

/**
 * What can be said of a union: every reason and note of both.
 *
 * One partial contributor makes the union partial even beside a whole one: the partial one ran something that nobody
 * saw, and a profile never claims more than was seen. A later whole contributor can't take that back, since nobody
 * knows whether it ran the same code; each contributor keeps its own level, and a new image digest starts afresh.
 */
export function joinCompleteness(a: Completeness, b: Completeness): Completeness {
  const disagreements = [...(a.disagreements ?? []), ...(b.disagreements ?? [])];
  return completenessOf([...a.reasons, ...b.reasons], [...a.notes, ...b.notes], disagreements);
}

/** What the level of a union rests on. */
export type Evidence = Pick<Revision, 'calls' | 'contributors' | 'contributorsDropped'>;

/** What `stable` asks for: it is a claim about the future, so that a look at one trace can't earn it. */
const STABLE = { contributors: 3, missing: 1, quietShare: 0.5 } as const;

export interface Stability {
  readonly contributors: number;
  /** Calls that nobody has shown: the upper end of the estimate's 95 % interval (species.ts). */
  readonly missing95: number;
  /** Part of the recorded time that has passed since a call was last seen for the first time: 0 to 1. */
  readonly quietShare: number;
}

/** How near a union is to `stable`. Contributors that are no longer listed count, their recorded time doesn't. */
export function stabilityOf({ calls, contributors, contributorsDropped }: Evidence): Stability {
  const made = calls.filter(isMadeByWorkload);
  const samples = contributors.length + contributorsDropped;
  const counts = made.map(({ seenBy }) => seenBy?.length ?? 0);
  const known = counts.every((count) => count > 0);
  return {
    contributors: samples,
    missing95: known ? estimateMissing({ samples, counts }).upper95 : Infinity,
    quietShare: quietShare(made, contributors),
  };
}

/** 0 where a call's first sight isn't known: it may have been the last moment. */
function quietShare(made: readonly ProfiledCall[], contributors: readonly Contributor[]): number {
  const sights = made.map(({ firstSeenAt }) => (firstSeenAt === undefined ? Infinity : Date.parse(firstSeenAt)));
  return sights.length === 0 ? 0 : shareAfter(contributors, Math.max(...sights));
}

/** Which part of the time that contributors recorded, added up over them, comes after an instant: 0 to 1. */
export function shareAfter(
  contributors: readonly Pick<Contributor, 'armedAt' | 'endedAt'>[],
  instantMs: number,
): number {
  const spans = contributors.map(({ armedAt, endedAt }) => [Date.parse(armedAt), Date.parse(endedAt)] as const);
  const total = spans.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0);
  const after = spans.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, instantMs)), 0);
  return total === 0 ? 0 : after / total;
}

/** What is missing to `stable`, in words; empty where nothing is. */
export function wantsForStable({ contributors, missing95, quietShare }: Stability): string[] {
  const few = STABLE.contributors - contributors;
  const bound = Number.isFinite(missing95)
    ? `up to ${missing95.toFixed(1)} may be missing`
    : 'nothing to estimate from';
  return [
    ...(few > 0 ? [`${few} more ${few === 1 ? 'contributor' : 'contributors'}`] : []),
    ...(missing95 < STABLE.missing ? [] : [`contributors that agree (${bound}, 95 %)`]),
    ...(quietShare < STABLE.quietShare ? ['time in which nothing new is seen'] : []),
  ];
}

function isStable(stability: Stability): boolean {
  return wantsForStable(stability).length === 0;
}

/**
 * The statement about a union with this evidence: `observed` becomes `stable` where that is earned. Depends on the union
 * alone, so that the order of merging can't matter; `verified` isn't kept, since more calls or contributors need a new replay.
 */
export function assess({ reasons, notes, disagreements }: Completeness, evidence: Evidence): Completeness {
  const stated = completenessOf(reasons, notes, disagreements);
  return stated.level === 'observed' && isStable(stabilityOf(evidence)) ? { ...stated, level: 'stable' } : stated;
}

/** The reasons as people read them: `late-arming`, `falco-disagrees(mount, setns)`. */
export function describeReasons({
  reasons,
  disagreements = [],
}: Pick<Completeness, 'reasons' | 'disagreements'>): string[] {
  const shown = disagreements.slice(0, KEPT.disagreements - 1).join(', ');
  const rest = disagreements.length < KEPT.disagreements ? '' : ', …';
  return reasons.map((reason) =>
    reason === 'falco-disagrees' && shown !== '' ? `${reason}(${shown}${rest})` : reason,
  );
}

/**
 * One line for people: `observed: armed before the first instruction, 0 lost, 3 contributors`, or
 * `partial(late-arming, io-uring): 1 contributor`, with the notes in brackets at the end.
 */
export function describeCompleteness(
  revision: Pick<Revision, 'completeness' | 'contributors' | 'contributorsDropped'>,
): string {
  const { level, notes } = revision.completeness;
  const count = revision.contributors.length + revision.contributorsDropped;
  const contributors = `${count} ${count === 1 ? 'contributor' : 'contributors'}`;
  const claim =
    level === 'partial'
      ? `partial(${describeReasons(revision.completeness).join(', ')}): ${contributors}`
      : `${level}: armed before the first instruction, 0 lost, ${contributors}`;
  return notes.length > 0 ? `${claim} [${notes.join(', ')}]` : claim;
}
