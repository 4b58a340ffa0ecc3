import { deepEqual, equal } from 'node:assert/strict';
import { createLeaseView } from '../../../../webhook/kube/lease-view.ts';
import { formatMark, parseMark, readLease } from '../../../../webhook/kube/read-lease.ts';
import type { LeaseRecord } from '../../../../webhook/kube/read-lease.ts';

const NOW = Date.UTC(2026, 0, 1);

function record(changes: Partial<LeaseRecord> = {}): LeaseRecord {
  return {
    resourceVersion: '1',
    holder: 'a',
    durationMs: 15_000,
    renewTime: new Date(NOW).toISOString(),
    acquireTime: '',
    transitions: 0,
    uninstalling: null,
    avoidedGateImage: null,
    ...changes,
  };
}

describe('what a replica learns from the Lease', () => {
  let now: number;
  const view = (deploymentUid: string | null = 'd1') => createLeaseView({ now: () => now, deploymentUid });
  beforeEach(() => {
    now = NOW;
  });

  it('takes nobody for alive before it has seen the Lease', () => {
    equal(view().controllerAlive(), false);
  });

  it('takes a leader for alive for 15 s after its last renewal', () => {
    const lease = view();
    lease.observe(record());
    equal(lease.controllerAlive(), true);
    now += 14_999;
    equal(lease.controllerAlive(), true);
    now += 1;
    equal(lease.controllerAlive(), false);
  });

  it('goes by its own clock once it has seen a renewal, whatever the leader writes', () => {
    const lease = view();
    lease.observe(record({ renewTime: '2001-01-01T00:00:00Z' }));
    equal(lease.controllerAlive(), false);
    lease.observe(record({ renewTime: '2001-01-01T00:00:02Z' }));
    equal(lease.controllerAlive(), true);
    equal(lease.lastRenewedAtMs(), NOW);
  });

  it('takes a Lease that it first sees given back for nobody', () => {
    const lease = view();
    lease.observe(record({ holder: '' }));
    equal(lease.controllerAlive(), false);
  });

  it('gives a successor 5 s to take a Lease that is given back', () => {
    const lease = view();
    lease.observe(record());
    lease.observe(record({ holder: '', renewTime: new Date(NOW + 2000).toISOString() }));
    now += 4999;
    equal(lease.controllerAlive(), true);
    now += 1;
    equal(lease.controllerAlive(), false);
  });

  it("heeds its own Deployment's uninstall marker for ten minutes", () => {
    const uninstalling = { subject: 'd1', atMs: NOW };
    const lease = view();
    lease.observe(record({ uninstalling }));
    equal(lease.uninstallingSinceMs(), NOW);
    now += 10 * 60_000;
    equal(lease.uninstallingSinceMs(), null);
    const other = view('d2');
    now = NOW;
    other.observe(record({ uninstalling }));
    equal(other.uninstallingSinceMs(), null);
  });

  it('avoids a gate image for five minutes', () => {
    const lease = view();
    lease.observe(record({ avoidedGateImage: { subject: 'gate:1', atMs: NOW } }));
    deepEqual(lease.avoidedGateImage(), { image: 'gate:1', sinceMs: NOW });
    now += 5 * 60_000;
    equal(lease.avoidedGateImage(), null);
  });
});

describe('a mark on the Lease', () => {
  it('comes back as it was written, also with a digest in it', () => {
    for (const subject of ['uid', 'gate@sha256:00']) {
      deepEqual(parseMark(formatMark(subject, NOW)), { subject, atMs: NOW });
    }
  });
  it('is none when it is something else', () => {
    for (const text of [undefined, '', 'x', '@', 'x@never']) equal(parseMark(text), null);
  });
  it('is read from the annotations', () => {
    const lease = readLease({
      metadata: { name: 'l', annotations: { 'flak.dev/uninstalling': 'd1@2026-01-01T00:00:00.000Z' } },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15 },
    });
    deepEqual(lease?.uninstalling, { subject: 'd1', atMs: NOW });
    equal(lease.durationMs, 15_000);
  });
});
