/** Random contributions and recordings for the property tests. */
import fc from 'fast-check';
import { completenessOf } from '../../../profile/completeness.ts';
import { mergeFalco, profiledFiles } from '../../../profile/merge-probes.ts';
import { FILE_ACCESS, FILE_REASONS } from '../../../profile/probe-words.ts';
import type { FileReason } from '../../../profile/probe-words.ts';
import type { ProfiledFalco, ProfiledFiles } from '../../../profile/profiled-probes.ts';
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

const CONTRIBUTOR_KEYS = [
  ...(['traceUid', 'pod', 'node', 'kernel', 'architecture', 'runtime', 'armedAt', 'endedAt', 'completeness'] as const),
];

const names = fc.subarray(['read', 'write', 'clone', 'clone3', 'mount', 'openat']);

export const falco: fc.Arbitrary<ProfiledFalco> = fc
  .record({ saw: names, onlyFalco: names, onlyLedger: names, shed: names }, PLAIN)
  .map((agreement) => mergeFalco(agreement, agreement));

/** Few paths in few folders, so that they meet, or so many that some are folded. */
const filePath = fc.constantFrom('/etc/a', '/etc/b', '/var/lib/x/y', '/tmp/z', '/r');
const paths = fc.oneof(
  { weight: 15, arbitrary: fc.uniqueArray(filePath) },
  {
    weight: 1,
    arbitrary: fc.nat(200).map((first) => Array.from({ length: 200 }, (_, offset) => `/data/${first + offset}`)),
  },
);
export const files: fc.Arbitrary<ProfiledFiles> = fc
  .record({
    paths: paths.chain((all) =>
      fc.tuple(
        ...all.map((path) => fc.subarray([...FILE_ACCESS], { minLength: 1 }).map((access) => ({ path, access }))),
      ),
    ),
    reasons: fc.subarray(Object.keys(FILE_REASONS) as FileReason[], { maxLength: 2 }),
    mounts: fc.subarray([
      { path: '/tmp', readOnly: false },
      { path: '/var/lib/x', readOnly: true },
    ]),
  })
  .map(profiledFiles);

export const contribution: fc.Arbitrary<Contribution> = fc.record(
  {
    falco,
    files,
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
        falco: fc.record(
          {
            state: fc.constantFrom('watching' as const, 'ended' as const, 'capped' as const),
            version: fc.constantFrom('0.44.1', null),
            watched: fc.boolean(),
            drops: fc.nat(2),
            gaps: fc.nat(1),
          },
          PLAIN,
        ),
        argumentRules: fc.constant('off' as const),
      },
      { ...PLAIN, requiredKeys: CONTRIBUTOR_KEYS },
    ),
  },
  { ...PLAIN, requiredKeys: ['imageDigest', 'image', 'calls', 'contributor'] },
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
