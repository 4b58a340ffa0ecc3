import assert from 'node:assert/strict';
import { chooseMedium, type GateMedium } from '../../../../webhook/admission/medium.ts';
import { podSchema } from '../../../../webhook/admission/pod.ts';
import { requestingPod } from './admission-fixtures.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const MEDIUM = 'flak.dev/gate-medium';

type Case = [
  title: string,
  expected: GateMedium,
  labels: Record<string, string> | undefined,
  clusterDefault: GateMedium,
];

const CASES: Case[] = [
  ['no label where the cluster allows hostPath', 'hostPath', {}, 'hostPath'],
  ['no label where the cluster forbids it', 'annotation', {}, 'annotation'],
  ['a namespace that no cache knows', 'annotation', undefined, 'hostPath'],
  ['enforce privileged where the cluster default forbids it', 'hostPath', { [ENFORCE]: 'privileged' }, 'annotation'],
  ['enforce baseline', 'annotation', { [ENFORCE]: 'baseline' }, 'hostPath'],
  ['enforce restricted', 'annotation', { [ENFORCE]: 'restricted' }, 'hostPath'],
  ['an unknown level, which counts as restricted', 'annotation', { [ENFORCE]: 'strict' }, 'hostPath'],
  ['annotation asked for', 'annotation', { [MEDIUM]: 'annotation', [ENFORCE]: 'privileged' }, 'hostPath'],
  ['hostPath asked for against the default', 'hostPath', { [MEDIUM]: 'hostPath' }, 'annotation'],
  [
    'hostPath asked for against Pod Security',
    'annotation',
    { [MEDIUM]: 'hostPath', [ENFORCE]: 'baseline' },
    'hostPath',
  ],
  ['a medium that does not exist', 'hostPath', { [MEDIUM]: 'pigeon' }, 'hostPath'],
];

describe('the medium', () => {
  for (const [title, expected, labels, clusterDefault] of CASES) {
    it(`for ${title} is ${expected}`, () => {
      assert.equal(chooseMedium(podSchema.parse(requestingPod()).spec, labels, clusterDefault), expected);
    });
  }

  const spec: Record<string, object> = {
    'an SELinux label of its own': { securityContext: { seLinuxOptions: { level: 's0:c1,c2' } } },
    'a user namespace': { hostUsers: false },
  };
  for (const [title, fields] of Object.entries(spec)) {
    it(`for a pod with ${title} is the annotation, whatever is allowed or asked for`, () => {
      const labels = { [ENFORCE]: 'privileged', [MEDIUM]: 'hostPath' };
      assert.equal(chooseMedium(podSchema.parse(requestingPod(fields)).spec, labels, 'hostPath'), 'annotation');
    });
  }
});
