import assert from 'node:assert/strict';
import { GATE, SERVER_NAME } from '../../../webhook/names.ts';
import { parseConfiguration } from '../../../tracer/configuration.ts';
import { GATE_CONTAINER } from '../../../tracer/run/gate-sight.ts';

const complete = {
  FLAK_TARGET_UID: '3F1F9C1E-5f0e-4b52-9d6c-0123456789ab',
  FLAK_TARGET_NAMESPACE: 'shop',
  FLAK_TARGET_POD: 'web-0',
  FLAK_NODE_NAME: 'node-1',
  FLAK_ARMING: 'before-gate',
  FLAK_GATE_MEDIUM: 'hostPath',
  FLAK_GRACE_SECONDS: '90',
};

describe("the tracer's configuration", () => {
  it('needs nothing but what the controller knows of the target', () => {
    const parsed = parseConfiguration(complete, '/flak/ledger.bpf.o');
    assert.ok(parsed.kind === 'ok');
    const { target, graceMs, gateRoot, controlPlane, ledger } = parsed.configuration;
    assert.deepEqual(target, { podUid: complete.FLAK_TARGET_UID.toLowerCase(), namespace: 'shop', pod: 'web-0' });
    assert.equal(graceMs, 90_000);
    assert.equal(ledger.objectFile, '/flak/ledger.bpf.o');
    // The tracer knows these names without importing the control plane; both sides must mean the same.
    assert.equal(gateRoot, GATE.openingHostPath);
    assert.equal(controlPlane.serverName, SERVER_NAME);
    assert.equal(GATE_CONTAINER, GATE.container);
  });

  it('reports every mistake at once, by the name of the variable', () => {
    const wrong = { ...complete, FLAK_TARGET_UID: '../../etc', FLAK_ARMING: 'soon', FLAK_RUN_ROOT: 'run' };
    const parsed = parseConfiguration({ ...wrong, FLAK_NODE_NAME: undefined }, '/o');
    assert.ok(parsed.kind === 'invalid');
    const named = parsed.mistakes.map((mistake) => mistake.split(':')[0]);
    assert.deepEqual(named.sort(), ['FLAK_ARMING', 'FLAK_NODE_NAME', 'FLAK_RUN_ROOT', 'FLAK_TARGET_UID']);
  });

  for (const podUid of ['', '.', '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab/..', '3f1f9c1e5f0e4b529d6c0123456789ab']) {
    it(`takes no path for a pod's UID: ${JSON.stringify(podUid)}`, () => {
      assert.equal(parseConfiguration({ ...complete, FLAK_TARGET_UID: podUid }, '/o').kind, 'invalid');
    });
  }
});
