import assert from 'node:assert/strict';
import { encodeReport } from '../../../tracer/report/compose.ts';
import { createTestAuthority } from './certificate-authority.ts';
import { tracerToken } from './trace-server.ts';
import { connect, createWire, OTHER_UID, report, UID, type Wire } from './wire.ts';

describe('authentication on the wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  const forbidden: readonly [string, () => void, number][] = [
    ['no token', () => undefined, 401],
    [
      'a token that the API server does not know',
      () => {
        wire.server.tokens.clear();
      },
      401,
    ],
    [
      'another service account',
      () => wire.server.tokens.set('genuine', { kind: 'authenticated', user: 'x', pod: null }),
      403,
    ],
    [
      'the tracer of another target',
      () => wire.server.pods.tracers.set('tracer-a', { uid: 'uid-a', targetUid: OTHER_UID }),
      403,
    ],
    [
      'a pod that is gone',
      () => {
        wire.server.pods.tracers.clear();
      },
      403,
    ],
    [
      "a predecessor of the tracer's name",
      () => wire.server.pods.tracers.set('tracer-a', { uid: 'uid-b', targetUid: UID }),
      403,
    ],
    [
      'anyone, while the API server can not answer',
      () => wire.server.tokens.set('genuine', { kind: 'try-later' }),
      503,
    ],
    ['anyone, while the pod cache is empty', () => (wire.server.pods.isSynced = false), 503],
  ];
  for (const [who, arrange, status] of forbidden) {
    it(`answers ${status} to ${who}, for reports and orders`, async () => {
      arrange();
      const headers = who === 'no token' ? { authorization: 'Basic eDp5' } : {};
      const path = `/v1/traces/${UID}`;
      assert.equal((await wire.raw('PUT', `${path}/reports/1`, encodeReport(report(1)), headers)).status, status);
      assert.equal((await wire.raw('GET', `${path}/orders`, undefined, headers)).status, status);
      assert.equal(wire.server.state.writes, 0);
    });
  }

  it('takes the new token as soon as the kubelet has replaced the file', async () => {
    wire.server.tokens.clear();
    wire.server.tokens.set('rotated', tracerToken('tracer-a', 'uid-a'));
    assert.equal((await wire.put(1, report(1))).kind, 'not-now');
    wire.server.announce('rotated');
    assert.equal((await wire.put(1, report(1))).kind, 'acknowledged');
  });

  it('trusts a new CA as soon as the file has changed, and no other one', async () => {
    assert.equal((await wire.put(1, report(1))).kind, 'acknowledged');
    await wire.server.stop();
    wire.server.authority = createTestAuthority('the next flak test CA');
    await wire.server.start();
    // The connection that was kept fails in its own way; the next one sees the certificate.
    assert.equal((await wire.put(2, report(2))).kind, 'not-now');
    const stranger = await wire.put(2, report(2));
    assert.ok(stranger.kind === 'not-now' && /certificate|signature/.test(stranger.message), JSON.stringify(stranger));
    wire.server.announce('genuine');
    assert.equal((await wire.put(2, report(2))).kind, 'acknowledged');
  });

  it('does not talk to a server of another name', async () => {
    const stranger = connect(wire.server, 'another.name.svc');
    const outcome = await stranger.putReport(1, encodeReport(report(1)), wire.ending.signal);
    assert.ok(outcome.kind === 'not-now' && outcome.message.includes('another.name.svc'), JSON.stringify(outcome));
  });
});
