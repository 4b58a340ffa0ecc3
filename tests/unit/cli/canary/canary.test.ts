/** The pod that is made from a template. */
import assert from 'node:assert/strict';
import {
  canaryName,
  canaryPod,
  claimsOf,
  containersOf,
  obstacleIn,
  presentFilter,
} from '../../../../cli/verify/canary/canary.ts';
import type { Subject } from '../../../../cli/verify/canary/subject.ts';
import { podTemplateSchema } from '../../../../cli/verify/canary/template.ts';
import { parseReplayRequest } from '../../../../profile/placement.ts';

const RUN = '0123456789abcdef0123456789abcdef';

const TEMPLATE = {
  metadata: {
    annotations: { note: 'kept', 'flak.dev/gate': 'open', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
  spec: {
    nodeName: 'n1',
    priority: 5,
    serviceAccountName: 'web',
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 7,
    initContainers: [
      { name: 'flak-gate', image: 'gate' },
      { name: 'wait', image: 'w', restartPolicy: 'Always' },
    ],
    containers: [
      {
        name: 'web',
        image: 'i',
        ports: [{ containerPort: 80, hostPort: 80 }],
        securityContext: { runAsUser: 5, seccompProfile: { type: 'RuntimeDefault' } },
        volumeMounts: [
          { name: 'disk', mountPath: '/d' },
          { name: 'kube-api-access-ab1cd', mountPath: '/t' },
        ],
      },
      { name: 'side', image: 's' },
    ],
    volumes: [
      { name: 'disk', persistentVolumeClaim: { claimName: 'disk-web-0' } },
      { name: 'conf', configMap: { name: 'c' } },
      { name: 'flak-gate-signal', downwardAPI: {} },
      { name: 'flak-gate-opening', hostPath: {} },
      { name: 'kube-api-access-ab1cd', projected: {} },
    ],
  },
};

function subject(changes: Partial<Subject> = {}): Subject {
  return {
    workload: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' },
    template: podTemplateSchema.parse(TEMPLATE),
    selector: null,
    adopts: false,
    claimTemplates: ['data'],
    runsToEnd: false,
    ...changes,
  };
}

function made() {
  const containers = { web: { profile: 'statefulset-web-web', present: 'default' as const } };
  const pod = canaryPod({
    subject: subject(),
    namespace: 'shop',
    name: 'web-verify',
    labels: { team: 'a', 'flak.dev/trace': 'false', 'flak.dev/traced': 'true' },
    request: { run: RUN, mode: 'log', containers },
    deadlineSeconds: 300,
    gateSeconds: 60,
  });
  return JSON.parse(JSON.stringify(pod)) as {
    metadata: { labels: Record<string, string>; annotations: Record<string, string>; ownerReferences?: unknown };
    spec: typeof TEMPLATE.spec & { activeDeadlineSeconds: number };
  };
}

describe('a canary', () => {
  it('is the template, placed anew, that ends by itself and belongs to nobody', () => {
    const { metadata, spec } = made();
    assert.deepEqual(
      [spec.restartPolicy, spec.activeDeadlineSeconds, spec.serviceAccountName, spec.terminationGracePeriodSeconds],
      ['Never', 300, 'web', 7],
    );
    assert.deepEqual(['nodeName' in spec, 'priority' in spec, metadata.ownerReferences], [false, false, undefined]);
    assert.deepEqual(
      spec.initContainers.map(({ name }) => name),
      ['wait'],
    );
  });

  it('is traced, and opens its gate to nothing but a trace', () => {
    const { metadata } = made();
    assert.deepEqual(metadata.labels, { team: 'a', 'flak.dev/trace': 'true', 'flak.dev/canary': 'true' });
    const { 'flak.dev/verify': request, ...others } = metadata.annotations;
    assert.equal(parseReplayRequest(request ?? '')?.containers['web']?.profile, 'statefulset-web-web');
    assert.deepEqual(others, {
      note: 'kept',
      'flak.dev/fail-closed': 'true',
      'flak.dev/gate-timeout-seconds': '60',
      'flak.dev/falco': 'off',
      'flak.dev/files': 'off',
    });
  });

  it('names the placed profile in the containers that are verified, and changes no other', () => {
    const [web, side] = made().spec.containers;
    assert.deepEqual(web?.securityContext, {
      runAsUser: 5,
      seccompProfile: { type: 'Localhost', localhostProfile: `flak/verify/shop.${RUN}.web.json` },
    });
    assert.deepEqual(side, { name: 'side', image: 's' });
    assert.deepEqual(web.ports, [{ containerPort: 80 }]);
  });

  it('has empty folders for the claims of its workload, and none of what Flak or the API server added', () => {
    const { containers, volumes } = made().spec;
    assert.deepEqual(containers[0]?.volumeMounts, [{ name: 'disk', mountPath: '/d' }]);
    assert.deepEqual(volumes, [
      { name: 'disk', emptyDir: {} },
      { name: 'conf', configMap: { name: 'c' } },
      { name: 'data', emptyDir: {} },
    ]);
    assert.deepEqual(claimsOf(subject()), ['disk', 'data']);
    const bare = podTemplateSchema.parse({ spec: { containers: [{ name: 'a' }] } });
    assert.deepEqual(claimsOf(subject({ template: bare, claimTemplates: [] })), []);
  });

  it('has a name that is a host’s, whatever its workload is called', () => {
    assert.equal(canaryName('web', RUN, 'log'), 'web-verify-012345-log');
    const name = canaryName(`${'a'.repeat(40)}.-${'b'.repeat(40)}`, RUN, 'enforce');
    assert.match(name, /^[a-z]([a-z0-9-]*[a-z0-9])?$/);
    assert.ok(name.length <= 63);
  });

  it('is not made where a filter would mean nothing, or a block device be shared', () => {
    assert.equal(obstacleIn({ name: 'web' }, ['disk']), null);
    assert.match(obstacleIn({ name: 'web', securityContext: { privileged: true } }, []) ?? '', /privileged/);
    assert.match(obstacleIn({ name: 'web', volumeDevices: [{ name: 'disk' }] }, ['disk']) ?? '', /block device disk/);
    assert.equal(obstacleIn({ name: 'web', volumeDevices: [{ name: 'other' }] }, ['disk']), null);
  });

  it('says under which filter the workload runs: the container’s word, the pod’s, or what the profile met', () => {
    const of = (own: string | undefined, pod: string | undefined, masked = false): string => {
      const context = (type: string | undefined): object =>
        type === undefined ? {} : { securityContext: { seccompProfile: { type } } };
      const template = podTemplateSchema.parse({
        spec: { ...context(pod), containers: [{ name: 'web', ...context(own) }] },
      });
      const [container] = containersOf(template);
      assert.ok(container);
      return presentFilter(template, container, masked);
    };
    assert.deepEqual([of(undefined, undefined), of(undefined, undefined, true)], ['unconfined', 'default']);
    assert.deepEqual([of('Unconfined', 'RuntimeDefault'), of(undefined, 'RuntimeDefault')], ['unconfined', 'default']);
    assert.deepEqual([of('Localhost', undefined), of(undefined, 'Unconfined', true)], ['default', 'unconfined']);
  });
});
