/** How far a profile can be trusted, how two such statements join, and how a person reads one. */
import type { Note, PartialReason } from './recording.ts';
import { NOTES, PARTIAL_REASONS } from './recording.ts';
import type { Completeness, Revision } from './syscall-profile.ts';

const REASON_ORDER = Object.keys(PARTIAL_REASONS) as PartialReason[];
const NOTE_ORDER = Object.keys(NOTES) as Note[];

/** The statement that follows from reasons (any one of them lowers the level) and notes (none does). */
export function completenessOf(reasons: Iterable<PartialReason>, notes: Iterable<Note>): Completeness {
  const given = new Set(reasons);
  const noted = new Set(notes);
  const kept = REASON_ORDER.filter((reason) => given.has(reason));
  return {
    level: kept.length > 0 ? 'partial' : 'observed',
    reasons: kept,
    notes: NOTE_ORDER.filter((note) => noted.has(note)),
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
  return completenessOf([...a.reasons, ...b.reasons], [...a.notes, ...b.notes]);
}

/**
 * One line for people: `observed: armed before the first instruction, 0 lost, 3 contributors`, or
 * `partial(late-arming, io-uring): 1 contributor`, with the notes in brackets at the end.
 */
export function describeCompleteness(
  revision: Pick<Revision, 'completeness' | 'contributors' | 'contributorsDropped'>,
): string {
  const { level, reasons, notes } = revision.completeness;
  const count = revision.contributors.length + revision.contributorsDropped;
  const contributors = `${count} ${count === 1 ? 'contributor' : 'contributors'}`;
  const claim =
    level === 'partial'
      ? `partial(${reasons.join(', ')}): ${contributors}`
      : `observed: armed before the first instruction, 0 lost, ${contributors}`;
  return notes.length > 0 ? `${claim} [${notes.join(', ')}]` : claim;
}
