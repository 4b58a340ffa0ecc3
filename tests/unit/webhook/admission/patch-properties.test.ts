import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pod } from '../../../../webhook/admission/pod.ts';
import { gateOf, mutate, requestingPod, skipReason } from './admission-fixtures.ts';
import { EVICTABLE, withoutFlak } from './without-flak.ts';

const word = fc.constantFrom('app', 'web', 'a~b', 'x/y', 'mesh', 'data', 'cache');
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary }, fc.constantFrom(null, undefined));
const quantities = fc.dictionary(
  fc.constantFrom('cpu', 'memory', 'ephemeral-storage', 'x/gpu'),
  fc.constantFrom('1', 2),
);
const container = fc.record(
  { name: word, image: word, resources: maybe(fc.record({ limits: maybe(quantities), requests: maybe(quantities) })) },
  { requiredKeys: ['name'] },
);
const forgedGate = fc.record({ name: fc.constant('flak-gate'), image: word, restartPolicy: fc.constant('Always') });
const volume = fc.record({
  name: fc.constantFrom('data', 'cache', 'flak-gate-opening', 'flak-gate-signal'),
  emptyDir: fc.constant({}),
});
const annotationKey = fc.constantFrom(
  EVICTABLE,
  'a~1/b',
  'flak.dev/gate',
  'flak.dev/trace-id',
  'flak.dev/fail-closed',
  'flak.dev/',
);
const anyPod = fc
  .record({
    labels: fc.dictionary(word, word),
    annotations: maybe(fc.dictionary(annotationKey, fc.constantFrom('true', 'open', 'cache', 'flak-gate-opening', ''))),
    finalizers: maybe(fc.array(fc.constantFrom('flak.dev/profile', 'example.com/hold'), { maxLength: 4 })),
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    initContainers: maybe(fc.array(fc.oneof(container, forgedGate), { maxLength: 5 })),
    volumes: maybe(fc.array(volume, { maxLength: 5 })),
    hostUsers: fc.boolean(),
  })
  .map(({ labels, annotations, finalizers, ...spec }) =>
    requestingPod(spec, { labels: { ...labels, 'flak.dev/trace': 'true' }, annotations, finalizers }),
  )
  // undefined is no JSON: absent it is.
  .map((manifest): unknown => JSON.parse(JSON.stringify(manifest)));

describe('for any pod the patch', () => {
  const property = (check: (manifest: unknown) => void): void => {
    fc.assert(fc.property(anyPod, check), { numRuns: 200 });
  };

  it('applies and leaves everything that is not ours as it was', () => {
    property((manifest) => {
      assert.deepEqual(withoutFlak(mutate(manifest).manifest), withoutFlak(manifest));
    });
  });

  it('leaves exactly one gate, in front, and one finalizer', () => {
    property((manifest) => {
      const { pod } = mutate(manifest);
      gateOf(pod);
      assert.equal(pod.spec.initContainers?.filter(({ name }) => name === 'flak-gate').length, 1);
      assert.equal(pod.metadata.finalizers?.filter((name) => name === 'flak.dev/profile').length, 1);
      const names = pod.spec.volumes?.map(({ name }) => name).filter((name) => name.startsWith('flak-gate')) ?? [];
      assert.equal(new Set(names).size, names.length);
    });
  });

  it('is empty the second time, and made anew it yields the same pod but for the trace-id', () => {
    property((manifest) => {
      const once = mutate(manifest).manifest;
      assert.deepEqual(mutate(once, { traceIdValid: true }).answer.patch, []);
      assert.deepEqual(mutate(once, { traceIdValid: false }).manifest, once);
    });
  });

  it('takes everything of ours out, and nothing else, where the pod gets no gate', () => {
    property((manifest) => {
      const { manifest: cleaned, answer } = mutate(manifest, { uninstalling: true });
      assert.equal(skipReason(answer), 'uninstalling');
      assert.deepEqual(withoutFlak(cleaned), withoutFlak(manifest));
      assert.deepEqual(mutate(cleaned, { uninstalling: true }).answer.patch, []);
      const { finalizers, labels } = (cleaned as Pod).metadata;
      assert.ok(!finalizers?.includes('flak.dev/profile') && labels?.['flak.dev/traced'] === undefined);
    });
  });
});
