/** Random contributions and recordings for the property tests. */
import fc from 'fast-check';
import { completenessOf } from '../../../profile/completeness.ts';
import type { Note, Origin, PartialReason, RecordingEntry } from '../../../profile/recording.ts';
import { ABIS, NOTES, ORIGINS, PARTIAL_REASONS } from '../../../profile/recording.ts';
import type { Contribution, OriginValues, ProfiledCall } from '../../../profile/syscall-profile.ts';

/** Plain objects, as JSON gives them. */
const PLAIN = { noNullPrototype: true } as const;

const NAMES = ['read', 'write', 'clone', 'clone3', 'mount', 'nr:470'];

/** More than are kept beside a reason. */
const MANY_NAMES = Array.from({ length: 30 }, (_, index) => `call${index}`);

/** Whole seconds and fractions, spelt differently, so that instants of one second collide. */
const instant = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('Z', '.5Z', '.50Z'))
  .map(([second, rest]) => `2025-01-01T00:00:0${second}${rest}`);

/** So few values that sets meet, and so many that some outgrow what is kept together. */
const values = fc.record(
  {
    origin: fc.constantFrom(...ORIGINS),
    indices: fc.constantFrom<number[][]>([0], [0, 2]),
    tuples: fc.oneof(
      fc.subarray(['1', '10', '2']),
      fc.nat(40).map((first) => Array.from({ length: 40 }, (_, offset) => String(first + offset)).sort()),
    ),
    wide: fc.boolean(),
  },
  PLAIN,
);

export const profiledCall: fc.Arbitrary<ProfiledCall> = fc
  .record(
    {
      abi: fc.constantFrom(...ABIS),
      name: fc.constantFrom(...NAMES),
      origins: fc.uniqueArray(fc.constantFrom(...ORIGINS), { minLength: 1 }),
      errno: fc.option(fc.constantFrom(1, 13, 38), { nil: undefined }),
      firstSeenAt: fc.option(instant, { nil: undefined }),
      seenBy: fc.option(
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'), {
          minLength: 1,
          maxLength: 3,
        }),
        { nil: undefined },
      ),
      known: fc.uniqueArray(values, { selector: ({ origin }) => origin, maxLength: 4 }),
    },
    PLAIN,
  )
  .map(({ errno, firstSeenAt, seenBy, known, ...call }) => ({
    ...call,
    ...argumentsOf(call.origins, known),
    ...(errno === undefined ? {} : { errno }),
    ...(firstSeenAt === undefined ? {} : { firstSeenAt }),
    ...(seenBy === undefined ? {} : { seenBy }),
  }));

/** As recordings have them: of origins that made the call, no tuples beside `wide`. */
function argumentsOf(origins: readonly Origin[], known: readonly OriginValues[]): Pick<ProfiledCall, 'arguments'> {
  const own = ORIGINS.flatMap((origin) => (origins.includes(origin) ? known.filter((v) => v.origin === origin) : []));
  return own.length > 0 ? { arguments: own.map((v) => (v.wide ? { ...v, tuples: [] } : v)) } : {};
}

export const contribution: fc.Arbitrary<Contribution> = fc.record(
  {
    imageDigest: fc.constantFrom('a@sha256:1', 'a@sha256:2', 'a@sha256:3'),
    image: fc.constantFrom('a:1', 'a:latest'),
    calls: fc.array(profiledCall, { maxLength: 12 }),
    contributor: fc.record(
      {
        traceUid: fc.constantFrom('u1', 'u2', 'u3', 'u4'),
        pod: fc.constantFrom('p-1', 'p-2'),
        node: fc.constantFrom('n1', 'n2'),
        kernel: fc.constant('6.1.0'),
        architecture: fc.constantFrom('x86_64' as const, 'aarch64' as const),
        runtime: fc.constantFrom('runc', null),
        armedAt: instant,
        endedAt: instant,
        completeness: fc
          .tuple(
            fc.subarray(Object.keys(PARTIAL_REASONS) as PartialReason[], { maxLength: 2 }),
            fc.subarray(Object.keys(NOTES) as Note[]),
            fc.subarray(MANY_NAMES),
          )
          .map((stated) => completenessOf(...stated)),
      },
      PLAIN,
    ),
  },
  PLAIN,
);

export const entry: fc.Arbitrary<RecordingEntry> = fc.record({
  abi: fc.constantFrom(...ABIS),
  origin: fc.constantFrom(...ORIGINS),
  calls: fc.array(fc.record({ nr: fc.integer({ min: 0, max: 575 }), firstSeenNs: fc.constant('1') }), { maxLength: 8 }),
  denied: fc.array(
    fc.record({ nr: fc.integer({ min: 0, max: 575 }), firstSeenNs: fc.constant('1'), errno: fc.constantFrom(1, 38) }),
    { maxLength: 4 },
  ),
  arguments: fc.constant([]),
});
