import assert from 'node:assert/strict';
import { syscallProfileStatusSchema, type SyscallProfileStatus } from '../../../profile/syscall-profile.ts';
import { PARTIAL_REASONS } from '../../../profile/recording.ts';
import type { TraceStatus } from '../../../webhook/controller/trace-status.ts';
import type { Kubectl } from '../../e2e/kubectl.ts';

const COMPLETENESS = { level: 'partial', reasons: Object.keys(PARTIAL_REASONS), notes: ['abi-union'] } as const;
const CONTRIBUTOR = {
  traceUid: 'b7e3f2c0-0000-4000-8000-000000000001',
  pod: 'web-0',
  node: 'node-1',
  kernel: '6.18.0',
  architecture: 'x86_64',
  runtime: null,
  armedAt: '2026-01-01T00:00:00.123Z',
  endedAt: '2026-01-01T00:01:00Z',
  completeness: COMPLETENESS,
} as const;
const REVISION = {
  imageDigest: `sha256:${'0'.repeat(64)}`,
  image: 'docker.io/library/nginx:1',
  firstRecordedAt: '2026-01-01T00:00:00Z',
  lastRecordedAt: '2026-01-01T00:00:00Z',
  calls: [{ abi: 'x86_64', name: 'openat', origins: ['startup', 'exec:probe'], errno: 38 }],
  completeness: COMPLETENESS,
  contributors: [CONTRIBUTOR],
  contributorsDropped: 0,
};
const PROFILE = {
  seccomp: '{}',
  syscallCount: 1,
  completeness: COMPLETENESS,
  contributorCount: 1,
  revisions: [REVISION],
  revisionsDropped: 0,
} as unknown as SyscallProfileStatus;
const TRACE: TraceStatus = {
  phase: 'Complete',
  node: 'node-1',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  containers: [{ name: 'web', kind: 'app', command: ['nginx', '-g', ''], image: 'nginx', imageDigest: '' }],
  armedAt: '2026-01-01T00:00:00.123Z',
  message: 'x'.repeat(1024),
  profiles: ['deployment-web-web'],
};

function withRevision(change: object): object {
  return { ...PROFILE, revisions: [{ ...REVISION, ...change }] };
}

function withTuples(tuples: string[]): object {
  const values = { origin: 'startup', indices: [0, 1, 2], tuples, wide: false };
  return { abi: 'x86_64', name: 'socket', origins: ['startup'], arguments: [values] };
}

type Case = readonly [title: string, status: object, accepted: boolean];

const PROFILE_CASES: readonly Case[] = [
  ['a complete status', PROFILE, true],
  ['ten revisions', { ...PROFILE, revisions: Array(10).fill(REVISION) }, true],
  ['eleven revisions', { ...PROFILE, revisions: Array(11).fill(REVISION) }, false],
  ['a runtime by name', withRevision({ contributors: [{ ...CONTRIBUTOR, runtime: 'runc 1.1.5' }] }), true],
  [
    'a contributor without a runtime field',
    withRevision({ contributors: [{ ...CONTRIBUTOR, runtime: undefined }] }),
    false,
  ],
  ['101 contributors', withRevision({ contributors: Array(101).fill(CONTRIBUTOR) }), false],
  ['a call without origins', withRevision({ calls: [{ abi: 'x86_64', name: 'read', origins: [] }] }), false],
  ['an unknown origin', withRevision({ calls: [{ abi: 'x86_64', name: 'read', origins: ['gate'] }] }), false],
  ['an unknown ABI', withRevision({ calls: [{ abi: 'mips', name: 'read', origins: ['exec:probe'] }] }), false],
  [
    'error number 0',
    withRevision({ calls: [{ abi: 'x86_64', name: 'read', origins: ['exec:probe'], errno: 0 }] }),
    false,
  ],
  ['values of arguments', withRevision({ calls: [withTuples(['2,1,0', `${'9'.repeat(20)},0,0`])] }), true],
  ['a tuple of four values', withRevision({ calls: [withTuples(['1,2,3,4'])] }), false],
  ['65 tuples', withRevision({ calls: [withTuples(Array.from({ length: 65 }, (_, value) => `${value}`))] }), false],
  ['an unknown level', { ...PROFILE, completeness: { ...COMPLETENESS, level: 'certain' } }, false],
  ['an unknown reason', { ...PROFILE, completeness: { ...COMPLETENESS, reasons: ['because'] } }, false],
  ['a date that is none', withRevision({ firstRecordedAt: 'yesterday' }), false],
  ['seccomp JSON of 256 KiB', { ...PROFILE, seccomp: 'x'.repeat(262_144) }, true],
  ['seccomp JSON over 256 KiB', { ...PROFILE, seccomp: 'x'.repeat(262_145) }, false],
  ['no seccomp JSON', { ...PROFILE, seccomp: undefined }, false],
];

const TRACE_CASES: readonly Case[] = [
  ['a complete status', TRACE, true],
  ['a phase alone', { phase: 'Pending' }, true],
  ['an unknown phase', { phase: 'Done' }, false],
  ['no phase', { ...TRACE, phase: undefined }, false],
  ['a container of an unknown kind', { ...TRACE, containers: [{ ...TRACE.containers?.[0], kind: 'pause' }] }, false],
  ['a message over 1 KiB', { ...TRACE, message: 'x'.repeat(1025) }, false],
];

const TRACE_OBJECT = {
  apiVersion: 'flak.dev/v1alpha1',
  kind: 'Trace',
  metadata: { name: 'limits', namespace: 'default' },
  spec: { podName: 'web-0', podUid: CONTRIBUTOR.traceUid },
};
const PROFILE_OBJECT = {
  apiVersion: 'flak.dev/v1alpha1',
  kind: 'SyscallProfile',
  metadata: { name: 'limits', namespace: 'default' },
  spec: { workload: TRACE.workload, container: 'web' },
};
const OBJECTS = [TRACE_OBJECT, PROFILE_OBJECT] as const;

export function crdCases(kubectl: () => Kubectl): void {
  describe('CRDs', () => {
    before(async () => {
      for (const object of OBJECTS) await kubectl().run(['create', '-f', '-'], JSON.stringify(object));
    });
    after(() => kubectl().run(['delete', 'trace/limits', 'syscallprofile/limits']));

    /** A patch would be an argument, which holds 128 KiB at most (MAX_ARG_STRLEN, execve(2)). */
    const replaceStatus = (object: (typeof OBJECTS)[number], status: object, ...more: string[]) =>
      kubectl().attempt(['replace', '--subresource=status', '-f', '-', ...more], JSON.stringify({ ...object, status }));

    for (const [object, cases] of [
      [PROFILE_OBJECT, PROFILE_CASES],
      [TRACE_OBJECT, TRACE_CASES],
    ] as const)
      for (const [title, status, accepted] of cases)
        it(`${object.kind} ${accepted ? 'takes' : 'refuses'} ${title}`, async () => {
          const { exitCode, stderr } = await replaceStatus(object, status, '--dry-run=server');
          assert.equal(exitCode === 0, accepted, stderr);
          if (!accepted) assert.match(stderr, /is invalid/);
        });

    it('agree with zod about every profile of the table', () => {
      for (const [title, status, accepted] of PROFILE_CASES)
        assert.equal(syscallProfileStatusSchema.safeParse(status).success, accepted, title);
    });

    it('keep a runtime of null, which a schema without `nullable` would drop', async () => {
      assert.equal((await replaceStatus(PROFILE_OBJECT, PROFILE)).exitCode, 0);
      const stored = await kubectl().json<{ status: unknown }>(['get', 'syscallprofile/limits']);
      assert.deepEqual(syscallProfileStatusSchema.parse(stored.status), PROFILE);
    });

    it('never let a spec change', async () => {
      const patch = '{"spec":{"container":"other"}}';
      const { stderr } = await kubectl().attempt(['patch', 'syscallprofile/limits', '--type=merge', '-p', patch]);
      assert.match(stderr, /never changes/);
    });

    it('take no status with the object: only the subresource writes it', async () => {
      const object = { ...TRACE_OBJECT, metadata: { name: 'forged', namespace: 'default' }, status: TRACE };
      const created = await kubectl().json<{ status?: unknown }>(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(object),
      );
      assert.deepEqual(created.status, { phase: 'Pending' }, 'what the schema gives a new one, and nothing of TRACE');
    });

    it('answer to their short names, their category and as a table', async () => {
      assert.match(await kubectl().run(['get', 'scp']), /KIND +WORKLOAD +CONTAINER +SYSCALLS +LEVEL +TRACES +AGE/);
      assert.match(await kubectl().run(['get', 'scp']), /Deployment +web +web +1 +partial +1 /);
      assert.match(await kubectl().run(['get', 'ftr']), /POD +PHASE +LEVEL +REASON +AGE/);
      assert.match(await kubectl().run(['get', 'flak', '-o', 'name']), /trace.flak.dev\/limits/);
    });
  });
}
