import assert from 'node:assert/strict';
import { injectPod } from '../../../../webhook/admission/inject-pod.ts';
import { podSchema } from '../../../../webhook/admission/pod.ts';
import { gateOf, requestingPod, SETTINGS } from './admission-fixtures.ts';

describe('offline, a manifest', () => {
  it('gets the gate without having to carry the label, and stays as it was itself', () => {
    const manifest = requestingPod({}, { labels: {} });
    const before = structuredClone(manifest);
    const result = injectPod(manifest, SETTINGS);
    assert.ok(result.kind === 'traced');
    const pod = podSchema.parse(result.pod);
    gateOf(pod);
    assert.equal(pod.metadata.annotations?.['flak.dev/trace-id'], 'unsigned');
    assert.deepEqual(manifest, before);
  });

  it('follows the labels of the namespace it is meant for', () => {
    const namespaceLabels = { 'flak.dev/trace': 'true', 'pod-security.kubernetes.io/enforce': 'baseline' };
    const result = injectPod(requestingPod(), { ...SETTINGS, namespaceLabels });
    assert.ok(result.kind === 'traced');
    assert.ok(!JSON.stringify(result.pod).includes('hostPath'));
  });

  it('that gets no gate comes with the reason and its words', () => {
    const manifest = requestingPod({ os: { name: 'windows' } });
    assert.deepEqual(injectPod(manifest, SETTINGS), {
      kind: 'skipped',
      pod: manifest,
      reason: 'windows',
      message: 'the pod is meant for Windows nodes',
    });
  });

  it('that is no pod is named with what is wrong', () => {
    const result = injectPod({ metadata: { labels: { a: 1 } }, spec: { containers: [] } }, SETTINGS);
    assert.ok(result.kind === 'malformed');
    assert.match(result.message, /metadata\.labels\.a/);
    assert.match(result.message, /spec\.containers/);
  });
});
