import assert from 'node:assert/strict';
import { contributionsOf } from '../../../profile/contribution.ts';
import type { EndedTarget } from '../../../profile/contribution.ts';
import type { FalcoSection, FilesSection } from '../../../profile/probes.ts';
import type { RecordedReport } from '../../../profile/recording.ts';
import type { Contribution } from '../../../profile/syscall-profile.ts';

const FALCO: FalcoSection = {
  state: 'ended',
  detail: '',
  version: '0.44.1',
  readyAt: '2026-01-01T00:00:02.000Z',
  calls: [{ container: 'app', names: ['read', 'write'] }],
  events: 10,
  drops: 3,
  gaps: [{ from: '2026-01-01T00:00:01.000Z', to: '2026-01-01T00:00:02.000Z', why: 'late' }],
  gapsOmitted: 1,
  shed: ['futex'],
};
const FILES: FilesSection = {
  containers: [{ container: 'app', paths: [{ path: '/etc/passwd', access: ['read'] }] }],
  lines: { kept: 1, dropped: 0, uploaded: 0 },
  reasons: ['falco-late'],
};
const TARGET: EndedTarget = {
  podUid: '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11',
  podName: 'web-1',
  containers: ['app', 'sidecar'].map((name) => ({
    name,
    image: 'app:1',
    imageDigest: 'app@sha256:1',
    containerIds: [],
    mounts: [{ path: '/data', readOnly: false }],
  })),
  endedAt: '2026-01-01T00:01:00.000Z',
  extraReasons: [],
};

/** The ledger saw `read` (0) and `write` (1). */
function contributed(
  probes: Pick<RecordedReport, 'falco' | 'files'>,
  target: EndedTarget = TARGET,
): ReadonlyMap<string, Contribution> {
  const calls = [0, 1].map((nr) => ({ nr, firstSeenNs: '1' }));
  const entries = [{ abi: 'x86_64' as const, origin: 'startup' as const, calls, denied: [], arguments: [] }];
  const containers = ['app', 'sidecar'].map((name, index) => ({
    containerId: String(index).repeat(64),
    name,
    kind: 'container' as const,
    runtime: 'runc',
    entries,
  }));
  return contributionsOf(
    {
      version: 1,
      number: 3,
      podUid: TARGET.podUid,
      takenAt: '2026-01-01T00:01:00.000Z',
      node: { name: 'n', bootId: 'b', kernel: '6.1', architecture: 'x86_64', cgroups: 'v2' },
      kind: 'final',
      arming: 'before-gate',
      armedAt: '2026-01-01T00:00:00.000Z',
      gateOpenedAt: null,
      containers,
      reasons: [],
      notes: [],
      ...probes,
    },
    target,
  );
}

describe('what the second probe adds to a profile', () => {
  it('is nothing where the tracer knows none', () => {
    const app = contributed({}).get('app');
    assert.deepEqual([app?.falco, app?.files, app?.contributor.falco], [undefined, undefined, undefined]);
    assert.equal(app?.contributor.completeness.level, 'observed');
  });

  it('is that both agree, and how Falco fared', () => {
    const app = contributed({ falco: FALCO }).get('app');
    assert.deepEqual(app?.falco, { saw: ['read', 'write'], onlyFalco: [], onlyLedger: [], shed: ['futex'] });
    assert.deepEqual(app.contributor.falco, { state: 'ended', version: '0.44.1', watched: true, drops: 3, gaps: 2 });
    assert.equal(app.contributor.completeness.level, 'observed');
  });

  it('lowers the level by what Falco alone saw, of the container where it did, and changes no call', () => {
    const calls = [
      { container: 'app', names: ['mount', 'read', 'setns', 'write'] },
      { container: 'sidecar', names: ['read', 'write'] },
    ];
    const both = contributed({ falco: { ...FALCO, calls } });
    const { level, reasons, disagreements } = both.get('app')?.contributor.completeness ?? {};
    assert.deepEqual([level, reasons, disagreements], ['partial', ['falco-disagrees'], ['mount', 'setns']]);
    assert.equal(both.get('sidecar')?.contributor.completeness.level, 'observed');
    assert.deepEqual(both.get('app')?.calls, contributed({}).get('app')?.calls);
  });

  it('names what Falco missed without lowering anything', () => {
    const sidecar = contributed({ falco: FALCO }).get('sidecar');
    assert.deepEqual(sidecar?.falco?.onlyLedger, ['read', 'write']);
    assert.equal(sidecar.contributor.completeness.level, 'observed');
  });

  it('compares nothing where Falco never showed an event', () => {
    const app = contributed({ falco: { ...FALCO, state: 'capped', readyAt: null, calls: [] } }).get('app');
    assert.equal(app?.falco, undefined);
    assert.deepEqual([app?.contributor.falco?.state, app?.contributor.falco?.watched], ['capped', false]);
  });

  it('compares what it reported though it was never known to be ready', () => {
    assert.deepEqual(contributed({ falco: { ...FALCO, readyAt: null } }).get('app')?.falco?.saw, ['read', 'write']);
  });

  it('compares nothing where the report had no room for what Falco saw', () => {
    const falco = { ...FALCO, calls: [] };
    assert.equal(contributed({ falco }).get('app')?.falco, undefined);
  });

  it('is what was done with files, with what that means for the root', () => {
    const app = contributed({ files: FILES }).get('app');
    assert.deepEqual(app?.files, {
      paths: [{ path: '/etc/passwd', access: ['read'] }],
      reasons: ['falco-late'],
      mounts: [{ path: '/data', readOnly: false }],
      suggestion: { readOnlyRootFilesystem: true, writableVolumes: [], writtenAtRoot: [] },
    });
  });

  it('says why there is no file report', () => {
    const without = { ...FILES, containers: [], reasons: ['no-falco' as const] };
    const files = contributed({ files: without }).get('app')?.files;
    assert.deepEqual([files?.paths, files?.reasons, files?.suggestion], [[], ['no-falco'], undefined]);
  });

  it('says of each container by itself whether paths are folded', () => {
    const folded = { container: 'app', paths: [{ path: '/data/', access: ['read' as const] }] };
    const files = { ...FILES, containers: [folded], reasons: ['paths-folded' as const] };
    const both = contributed({ files });
    assert.deepEqual(both.get('app')?.files?.reasons, ['paths-folded']);
    assert.deepEqual(both.get('sidecar')?.files?.reasons, []);
  });

  it("carries the owner's word on rules about arguments", () => {
    assert.equal(contributed({}).get('app')?.contributor.argumentRules, undefined);
    assert.equal(contributed({}, { ...TARGET, argumentRules: false }).get('app')?.contributor.argumentRules, 'off');
  });

  it('does without knowing what was mounted', () => {
    const containers = TARGET.containers.map(({ name, image, imageDigest, containerIds }) => ({
      ...{ name, image, imageDigest, containerIds },
    }));
    assert.deepEqual(contributed({ files: FILES }, { ...TARGET, containers }).get('app')?.files?.mounts, []);
  });
});
