import assert from 'node:assert/strict';
import { encodeReport } from '../../../tracer/report/compose.ts';
import { RUNNING } from './trace-server.ts';
import { container, createWire, OTHER_UID, report, UID, type Wire } from './wire.ts';

describe('reports on the wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  it('are stored once however often they are sent', async () => {
    const first = report(1, { containers: [container('a')] });
    assert.equal((await wire.put(1, first)).kind, 'acknowledged');
    assert.equal((await wire.put(1, first)).kind, 'acknowledged');
    assert.equal(wire.server.state.writes, 1);
    assert.deepEqual(wire.server.state.traces.get(UID)?.report, first);
  });

  it('get the same answer, byte by byte, when they are sent again', async () => {
    const bytes = encodeReport(report(1));
    const answers = [
      await wire.raw('PUT', `/v1/traces/${UID}/reports/1`, bytes),
      await wire.raw('PUT', `/v1/traces/${UID}/reports/1`, bytes),
    ];
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0]?.status, 200);
  });

  it('of another content under a number in use tell the newest number', async () => {
    await wire.put(1, report(1));
    await wire.put(2, report(2));
    assert.deepEqual(await wire.put(1, report(1, { notes: ['tracer-restarted'] })), { kind: 'taken', newest: 2 });
  });

  it('are not wanted after the final one, nor of a target that is gone', async () => {
    await wire.put(1, report(1, { kind: 'final' }));
    assert.equal((await wire.put(2, report(2))).kind, 'finished');
    wire.server.pods.set(UID, undefined);
    assert.equal((await wire.put(3, report(3, { kind: 'final' }))).kind, 'finished');
  });

  it('of a target that only this replica does not see are taken', async () => {
    const { pods } = wire.server;
    pods.set(UID, undefined);
    pods.stored.set(UID, { kind: 'ok', value: RUNNING });
    assert.equal((await wire.put(1, report(1))).kind, 'acknowledged');
    pods.stored.set(UID, { kind: 'try-later', afterMs: 1, message: 'away' });
    assert.equal((await wire.put(2, report(2))).kind, 'not-now');
  });

  it('of a target that lost its labels or its finalizer are taken until its Trace is finished', async () => {
    wire.server.pods.set(UID, undefined);
    wire.server.pods.open.add(UID);
    assert.equal((await wire.put(1, report(1))).kind, 'acknowledged');
    wire.server.pods.open.delete(UID);
    assert.equal((await wire.put(2, report(2))).kind, 'finished');
  });

  it('that do not follow the schema, or name another number or pod, are rejected with the place', async () => {
    for (const [body, place] of [
      [Buffer.from('{'), 'not JSON'],
      [encodeReport({ ...report(1), version: 2 as 1 }), 'version'],
      [encodeReport(report(2)), 'number'],
      [encodeReport(report(1, { podUid: OTHER_UID })), 'podUid'],
    ] as const) {
      const outcome = await wire.controlPlane.putReport(1, body, wire.ending.signal);
      assert.ok(outcome.kind === 'rejected' && outcome.message.includes(place), JSON.stringify(outcome));
    }
    assert.equal(wire.server.state.writes, 0);
  });

  it('beyond 512 KiB are refused, and the connection serves on', async () => {
    const bytes = Buffer.alloc(512 * 1024 + 1, ' ');
    const outcome = await wire.controlPlane.putReport(1, bytes, wire.ending.signal);
    assert.equal(outcome.kind, 'rejected');
    assert.deepEqual(wire.server.results, ['too-large']);
    assert.equal((await wire.put(1, report(1))).kind, 'acknowledged');
  });

  it('that are compressed or of another type are refused', async () => {
    const path = `/v1/traces/${UID}/reports/1`;
    assert.equal((await wire.raw('PUT', path, Buffer.from('x'), { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await wire.raw('PUT', path, Buffer.from('x'), { 'content-type': 'text/plain' })).status, 400);
  });

  it('of a crash loop are folded by the tracer until they fit', async () => {
    const restarts = Array.from({ length: 600 }, (_, at) => container(at.toString(16).padStart(64, '0'), at % 500));
    assert.equal((await wire.put(1, report(1, { containers: restarts }))).kind, 'acknowledged');
    const stored = wire.server.state.traces.get(UID)?.report;
    assert.ok(stored !== undefined && stored.kind !== 'refused');
    assert.equal(stored.containers.length, 1);
    assert.equal(stored.containers[0]?.entries[0]?.calls.length, 499);
  });

  it('of two tracers of one target at the same moment are both kept', async () => {
    await wire.put(1, report(1));
    let others = 1;
    wire.server.state.beforeWrite = () => {
      if (others-- > 0) {
        const stored = wire.server.state.traces.get(UID);
        assert.ok(stored !== undefined);
        void wire.server.state.put(UID, {
          report: report(2, { containers: [container('b')] }),
          digests: stored.digests,
        });
      }
    };
    assert.equal((await wire.put(3, report(3, { containers: [container('a')] }))).kind, 'acknowledged');
    const kept = wire.server.state.traces.get(UID)?.report;
    assert.ok(kept !== undefined && kept.kind !== 'refused');
    assert.deepEqual(kept.containers.map(({ containerId }) => containerId).sort(), ['a', 'b']);
  });
});
