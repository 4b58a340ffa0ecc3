import { deepEqual, equal, ok } from 'node:assert/strict';
import { profileName, archivedProfile, traceName, tracerName } from '../../../../webhook/controller/object-names.ts';
import { tracerPod } from '../../../../webhook/controller/tracer-pod.ts';
import { container, pod, UID } from './facts.ts';
import { TRACER_SETTINGS } from './tracer-settings.ts';

interface RawPod {
  readonly metadata: {
    name: string;
    namespace: string;
    labels: object;
    annotations: Record<string, string>;
    ownerReferences: object[];
  };
  readonly spec: {
    nodeName: string;
    terminationGracePeriodSeconds: number;
    automountServiceAccountToken: boolean;
    tolerations: object[];
    volumes: {
      name: string;
      hostPath?: { path: string };
      projected?: { sources: { serviceAccountToken: { audience: string } }[] };
    }[];
    containers: {
      env: { name: string; value: string }[];
      volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
      securityContext: { privileged: boolean; readOnlyRootFilesystem: boolean };
    }[];
  };
}

describe('the tracer pod', () => {
  const target = {
    ...pod({ graceSeconds: 45, containers: [container({ command: ['serve', '$(PORT)', '--key=$(SECRET)'] })] }),
    nodeName: 'node-a',
  };
  const facts = { namespace: 'shop', podName: 'web-1', workload: null };
  const made = tracerPod(
    { target, nodeUid: 'n1', image: 'tracer:1', arming: 'before-gate', medium: 'hostPath', facts },
    TRACER_SETTINGS,
  ) as RawPod;
  const env = Object.fromEntries((made.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));

  it('is placed on the node of its target, owned by the Node as its controller', () => {
    equal(made.spec.nodeName, 'node-a');
    deepEqual(made.metadata.ownerReferences, [
      { apiVersion: 'v1', kind: 'Node', name: 'node-a', uid: 'n1', controller: true },
    ]);
    deepEqual(made.spec.tolerations, [{ operator: 'Exists' }]);
  });

  it('says whose it is, with the command as in the spec', () => {
    equal(made.metadata.namespace, 'flak-system');
    equal(made.metadata.name, 'tracer-web-1-3c1f6a52');
    equal(made.metadata.annotations['flak.dev/target-ns'], 'shop');
    equal(made.metadata.annotations['flak.dev/target-pod'], 'web-1');
    equal(made.metadata.annotations['flak.dev/target-container'], 'app');
    deepEqual(JSON.parse(made.metadata.annotations['flak.dev/target-command'] ?? ''), [
      'serve',
      '$(PORT)',
      '--key=$(SECRET)',
    ]);
  });

  it("outlives its target's grace period by the flush", () => {
    equal(made.spec.terminationGracePeriodSeconds, 75);
    equal(env['FLAK_GRACE_SECONDS'], '75');
  });

  it('has one token, which the API server refuses', () => {
    equal(made.spec.automountServiceAccountToken, false);
    const sources = made.spec.volumes.flatMap(({ projected }) => projected?.sources ?? []);
    deepEqual(
      sources.map(({ serviceAccountToken }) => serviceAccountToken.audience),
      ['flak'],
    );
  });

  it('writes to its own directory and the BPF file system of the node, and nowhere else', () => {
    const writable = made.spec.containers[0]?.volumeMounts.filter(({ readOnly }) => readOnly !== true);
    deepEqual(
      writable?.map(({ mountPath }) => mountPath),
      ['/sys/fs/bpf', '/run/flak'],
    );
    equal(made.spec.containers[0]?.securityContext.readOnlyRootFilesystem, true);
  });

  it('has no volume that would make `kubectl drain` refuse', () => {
    ok(made.spec.volumes.every((volume) => !('emptyDir' in volume)));
  });

  it('finds in its environment what it has to do', () => {
    equal(env['FLAK_TARGET_UID'], UID);
    equal(env['FLAK_ARMING'], 'before-gate');
    equal(env['FLAK_GATE_MEDIUM'], 'hostPath');
    equal(env['FLAK_EXEC_HASHES'], '');
    ok(
      Object.keys(env).every((name) => name.startsWith('FLAK_')),
      'the policy flak-tracers allows nothing else',
    );
  });
});

describe('names of what Flak makes', () => {
  const long = `${'a'.repeat(200)}.${'b'.repeat(52)}`;
  const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

  it('are valid for every name that a pod may have', () => {
    for (const name of ['web', long, 'a.b.c', `${'a'.repeat(46)}-b`, `${'a'.repeat(243)}.b`]) {
      ok(label.test(tracerName(name, UID)), tracerName(name, UID));
      ok(subdomain.test(traceName(name, UID)), traceName(name, UID));
    }
  });

  it('tell long workloads apart', () => {
    const name = (end: string): string =>
      profileName({ apiVersion: 'apps/v1', kind: 'Deployment', name: `${long.slice(0, -1)}${end}` }, 'app');
    ok(subdomain.test(name('x')), name('x'));
    ok(name('x') !== name('y'));
  });

  it('are lower case, as objects must be', () => {
    equal(profileName({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' }, 'app'), 'statefulset-db-app');
    deepEqual(archivedProfile('shop', 'pod-a-app'), { namespace: 'flak-system', name: 'shop.pod-a-app' });
  });
});
