/** Row F2: no target runs before its recording does. `npm run test:soak` does the same over 100 pods. */
import assert from 'node:assert/strict';
import { flakCluster } from './flak-cluster.ts';
import { assertArmedFirst, assertNothingLost, type GatedPod, runGatedPods } from './gated-pods.ts';

const PODS = 40;

describe(`the gate, over ${PODS} pods`, () => {
  let pods: readonly GatedPod[];

  before(async function () {
    this.timeout(1_800_000);
    pods = await runGatedPods(await flakCluster(), PODS);
  });

  it('lets no system call of a target precede the instant its recording was armed', function () {
    assert.equal(pods.length, PODS);
    assertArmedFirst(this, pods);
  });

  it('loses no system call of a program that ends within milliseconds', () => {
    assertNothingLost(pods);
  });
});
