/** Arbitrary values of the wire's vocabulary for property tests. */
import fc from 'fast-check';
import {
  ABIS,
  MAX_SYSCALLS,
  NOTES,
  ORIGINS,
  PARTIAL_REASONS,
  REFUSALS,
  type ContainerRecording,
  type Note,
  type PartialReason,
  type RecordedReport,
  type RecordingEntry,
  type Refusal,
  type Report,
} from '../profile/recording.ts';
import { uniteFiles } from '../profile/files/files-section.ts';
import {
  FALCO_GAPS,
  FALCO_STATES,
  FILE_ACCESS,
  FILE_REASONS,
  type FalcoState,
  type FileReason,
} from '../profile/probe-words.ts';
import type { FalcoSection, FilesSection } from '../profile/probes.ts';
import { unionFalco } from '../profile/union-falco.ts';

const keysOf = <K extends string>(table: Readonly<Record<K, string>>): K[] => Object.keys(table) as K[];

/** Objects like those that JSON.parse makes. */
const plain = { noNullPrototype: true } as const;

const nr = fc.integer({ min: 0, max: MAX_SYSCALLS - 1 });
const bootNs = fc.bigInt(0n, 10n ** 18n).map(String);
const call = fc.record({ nr, firstSeenNs: bootNs }, plain);
const denied = fc.record({ nr, firstSeenNs: bootNs, errno: fc.integer({ min: 1, max: 4095 }) }, plain);
const byNr = { selector: (sight: { nr: number }) => sight.nr, maxLength: 6 };

/** Sorted by number, as the ledger reads its rows. */
const sights = <T extends { nr: number }>(sight: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.uniqueArray(sight, byNr).map((all) => all.sort((a, b) => a.nr - b.nr));

const register = fc.bigInt(0n, 2n ** 64n - 1n).map(String);
const tuple = fc.array(register, { minLength: 2, maxLength: 2 });
const tuples = fc
  .uniqueArray(tuple, { selector: (values) => values.join(), maxLength: 3 })
  .map((all) => all.sort((a, b) => (a.join() < b.join() ? -1 : 1)));
const callArguments = fc
  .record({ nr, indices: fc.constant<number[]>([0, 2]), tuples }, plain)
  .map((seen) => ({ ...seen, wide: seen.tuples.length === 0 }));

const entry: fc.Arbitrary<RecordingEntry> = fc.record(
  {
    abi: fc.constantFrom(...ABIS),
    origin: fc.constantFrom(...ORIGINS),
    calls: sights(call),
    denied: sights(denied),
    arguments: sights(callArguments),
  },
  plain,
);

const instant = fc.integer({ min: Date.UTC(2024), max: Date.UTC(2034) }).map((ms) => new Date(ms).toISOString());

export function container(containerId: fc.Arbitrary<string>): fc.Arbitrary<ContainerRecording> {
  return fc.record(
    {
      containerId,
      name: fc.constantFrom('app', 'init', 'flak-gate', null),
      kind: fc.constantFrom('container' as const, 'sandbox' as const, 'unknown' as const),
      runtime: fc.constantFrom('runc', 'crun', null),
      entries: fc.uniqueArray(entry, { selector: ({ abi, origin }) => `${abi}/${origin}`, maxLength: 4 }),
    },
    plain,
  );
}

export const containers: fc.Arbitrary<ContainerRecording[]> = fc.uniqueArray(
  container(fc.constantFrom('a', 'b', 'c', 'd', 'e').map((letter) => letter.repeat(64))),
  { selector: ({ containerId }) => containerId, maxLength: 5 },
);

const base = {
  version: fc.constant(1 as const),
  number: fc.integer({ min: 1, max: 1_000_000 }),
  podUid: fc.uuid(),
  takenAt: instant,
  node: fc.record(
    {
      name: fc.constantFrom('n1', 'n2'),
      bootId: fc.constantFrom('boot-1', 'boot-2'),
      kernel: fc.string({ maxLength: 40 }),
      architecture: fc.constantFrom('x86_64' as const, 'aarch64' as const),
      cgroups: fc.constantFrom('v2' as const, 'hybrid' as const),
    },
    plain,
  ),
};

const names = fc.uniqueArray(fc.constantFrom('read', 'write', 'openat', 'mount'), { maxLength: 3 });

/** So few instants that gaps meet. */
const gap = fc.record(
  {
    from: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:10.000Z', '2026-01-01T00:00:20.000Z'),
    to: fc.constantFrom(null, '2026-01-01T00:00:30.000Z', '2026-01-01T00:00:40.000Z'),
    why: fc.constantFrom(...FALCO_GAPS),
  },
  plain,
);

export const falcoSection: fc.Arbitrary<FalcoSection> = fc
  .record(
    {
      state: fc.constantFrom(...keysOf<FalcoState>(FALCO_STATES)),
      detail: fc.constantFrom('', 'it ended with status 1', 'there is no /usr/bin/falco'),
      version: fc.constantFrom('0.44.1', '0.45.0', null),
      readyAt: fc.option(instant),
      calls: fc.uniqueArray(fc.record({ container: fc.constantFrom('app', 'init'), names }, plain), {
        selector: (row) => row.container,
      }),
      events: fc.nat(),
      drops: fc.nat(),
      gaps: fc.uniqueArray(gap, { selector: ({ from, why }) => `${from} ${why}`, maxLength: 4 }),
      gapsOmitted: fc.nat(3),
      shed: names,
    },
    plain,
  )
  .map((section) => unionFalco(section, section));

const fileUse = fc.record(
  {
    container: fc.constantFrom('app', 'init'),
    paths: fc.uniqueArray(
      fc.record(
        {
          path: fc.constantFrom('/etc/a', '/etc/b', '/tmp/x/y'),
          access: fc.subarray([...FILE_ACCESS], { minLength: 1 }),
        },
        plain,
      ),
      { selector: ({ path }) => path },
    ),
  },
  plain,
);

export const filesSection: fc.Arbitrary<FilesSection> = fc
  .record(
    {
      containers: fc.uniqueArray(fileUse, { selector: (use) => use.container }),
      lines: fc.record({ kept: fc.nat(), dropped: fc.nat(), uploaded: fc.nat() }, plain),
      reasons: fc.subarray(keysOf<FileReason>(FILE_REASONS), { maxLength: 2 }),
    },
    plain,
  )
  .map((section) => uniteFiles(section, section));

/** A tracer that knows no second probe says nothing of it. */
const REPORT_KEYS = [
  ...(['version', 'number', 'podUid', 'takenAt', 'node', 'kind', 'arming', 'armedAt', 'gateOpenedAt'] as const),
  ...(['containers', 'reasons', 'notes'] as const),
];

export const recordedReport: fc.Arbitrary<RecordedReport> = fc.record(
  {
    ...base,
    kind: fc.constantFrom('armed' as const, 'snapshot' as const, 'final' as const),
    arming: fc.constantFrom('before-gate' as const, 'late' as const),
    armedAt: instant,
    gateOpenedAt: fc.option(instant),
    containers,
    reasons: fc.uniqueArray(fc.constantFrom(...keysOf<PartialReason>(PARTIAL_REASONS)), { maxLength: 4 }),
    notes: fc.uniqueArray(fc.constantFrom(...keysOf<Note>(NOTES)), { maxLength: 3 }),
    falco: falcoSection,
    files: filesSection,
  },
  { ...plain, requiredKeys: REPORT_KEYS },
);

export const report: fc.Arbitrary<Report> = fc.oneof(
  recordedReport,
  fc.record(
    {
      ...base,
      kind: fc.constant('refused' as const),
      refusal: fc.constantFrom(...keysOf<Refusal>(REFUSALS)),
      detail: fc.string({ maxLength: 80 }),
    },
    plain,
  ),
);
