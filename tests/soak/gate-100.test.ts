/** Row F2 over the 100 pods that it asks for. */
import assert from 'node:assert/strict';
import { flakCluster } from '../e2e/flak-cluster.ts';
import { assertArmedFirst, assertNothingLost, type GatedPod, runGatedPods } from '../e2e/gated-pods.ts';

const PODS = 100;

describe(`the gate, over ${PODS} pods`, () => {
  let pods: readonly GatedPod[];

  before(async function () {
    this.timeout(3_600_000);
    pods = await runGatedPods(await flakCluster(), PODS);
  });

  it('lets no system call of any of 100 targets precede the instant its recording was armed', function () {
    assert.equal(pods.length, PODS);
    assertArmedFirst(this, pods);
  });

  it('loses no system call of any of 100 programs that end within milliseconds', () => {
    assertNothingLost(pods);
  });
});
