import { deepEqual, equal } from 'node:assert/strict';
import { createPodPatches } from '../../../../webhook/kube/patch-pod.ts';
import { createResourceInMemory } from './resource-in-memory.ts';
import type { ResourceInMemory } from './resource-in-memory.ts';

const POD = { namespace: 'shop', name: 'web', uid: 'u1' };
const FLAK = 'flak.dev/profile';

describe('the changes Flak makes to a target', () => {
  let pods: ResourceInMemory;

  const put = (metadata: object, spec: object = {}): void => {
    pods.put('shop', { metadata: { name: 'web', namespace: 'shop', uid: 'u1', ...metadata }, spec });
  };
  const finalizers = (): unknown => pods.object('shop', 'web')?.metadata['finalizers'];

  beforeEach(() => {
    pods = createResourceInMemory();
  });

  it('takes its own finalizer away and no other', async () => {
    put({ finalizers: ['batch/job-tracking', FLAK, 'example.com/x'] });
    equal((await createPodPatches(pods).removeFinalizer(POD)).kind, 'ok');
    deepEqual(finalizers(), ['batch/job-tracking', 'example.com/x']);
  });

  it('removes nothing when the list has changed since it was read', async () => {
    put({ finalizers: ['batch/job-tracking', FLAK] });
    let requests = 0;
    pods.before = () => {
      requests += 1;
      if (requests === 2) put({ finalizers: [FLAK, 'example.com/x'] });
    };
    equal((await createPodPatches(pods).removeFinalizer(POD)).kind, 'conflict');
    deepEqual(finalizers(), [FLAK, 'example.com/x']);
  });

  it('leaves another pod of the same name alone', async () => {
    put({ uid: 'u2', finalizers: [FLAK] });
    equal((await createPodPatches(pods).removeFinalizer(POD)).kind, 'ok');
    deepEqual(finalizers(), [FLAK]);
  });

  it('is done where there is nothing to remove', async () => {
    equal((await createPodPatches(pods).removeFinalizer(POD)).kind, 'ok');
    put({});
    equal((await createPodPatches(pods).removeFinalizer(POD)).kind, 'ok');
  });

  it('adds its finalizer once, beside the others', async () => {
    put({ finalizers: ['example.com/x'] });
    await createPodPatches(pods).addFinalizer(POD);
    await createPodPatches(pods).addFinalizer(POD);
    deepEqual(finalizers(), ['example.com/x', FLAK]);
  });

  it('adds none once deletion has begun', async () => {
    put({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] });
    equal((await createPodPatches(pods).addFinalizer(POD)).kind, 'not-found');
    deepEqual(finalizers(), ['example.com/x']);
  });

  it('loses no finalizer that somebody adds at the same time', async () => {
    put({});
    let requests = 0;
    pods.before = () => {
      requests += 1;
      if (requests === 2) put({ finalizers: ['example.com/x'] });
    };
    equal((await createPodPatches(pods).addFinalizer(POD)).kind, 'conflict');
    deepEqual(finalizers(), ['example.com/x']);
  });

  it('signals the gate beside other annotations', async () => {
    put({ annotations: { a: 'b' } });
    await createPodPatches(pods).signalGate(POD, 'open');
    deepEqual(pods.object('shop', 'web')?.metadata['annotations'], { a: 'b', 'flak.dev/gate': 'open' });
  });

  it("changes the gate's image and no other container's", async () => {
    put(
      {},
      {
        initContainers: [
          { name: 'flak-gate', image: 'a' },
          { name: 'init', image: 'b' },
        ],
      },
    );
    const patches = createPodPatches(pods);
    equal((await patches.replaceGateImage(POD, { index: 0, name: 'flak-gate' }, 'c')).kind, 'ok');
    equal((await patches.replaceGateImage(POD, { index: 1, name: 'flak-gate' }, 'c')).kind, 'conflict');
    const spec = pods.object('shop', 'web')?.['spec'] as { initContainers: { image: string }[] };
    deepEqual(
      spec.initContainers.map(({ image }) => image),
      ['c', 'b'],
    );
  });
});
