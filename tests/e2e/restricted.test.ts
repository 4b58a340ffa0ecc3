/** Where Pod Security forbids hostPath volumes the gate is opened by an annotation, and the trace is as good. */
import assert from 'node:assert/strict';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { findPod, waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf } from './stored-profiles.ts';
import { nginxContainer, pod, TRACED } from './targets.ts';

const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };
const POD_SETTINGS = { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } };
const CONTAINER_SETTINGS = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

describe('a namespace that enforces Pod Security restricted', () => {
  let flak: FlakCluster;
  const namespaces: Awaited<ReturnType<typeof scratchNamespace>>[] = [];

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespaces.push(await scratchNamespace(flak.kubectl, 'restricted', RESTRICTED));
    namespaces.push(await scratchNamespace(flak.kubectl, 'unrestricted'));
    const containers = [{ ...nginxContainer(flak.image('nginx')), securityContext: CONTAINER_SETTINGS }];
    const shape = { labels: TRACED, spec: { containers, securityContext: POD_SETTINGS } };
    const items = namespaces.map(({ name }) => pod(name, 'web', shape));
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await Promise.all(namespaces.map(({ name }) => waitForTrace(flak.kubectl, name, 'web', ['Recording'])));
    const isReady = ['wait', '--for=condition=Ready', 'pod/web', '--timeout=180s'];
    await Promise.all(namespaces.map(({ name }) => flak.kubectl.run([...isReady, '-n', name])));
  });

  after(async () => {
    await Promise.all(namespaces.map((namespace) => namespace.remove()));
  });

  it('gets pods with a gate that mounts nothing of the node, opened by the annotation', async () => {
    const [restricted, unrestricted] = await Promise.all(
      namespaces.map(({ name }) => findPod(flak.kubectl, name, 'web')),
    );
    const hostPaths = (volumes: readonly { hostPath?: object }[] = []): number =>
      volumes.filter(({ hostPath }) => hostPath !== undefined).length;
    assert.equal(hostPaths(restricted?.spec.volumes), 0);
    assert.equal(restricted?.metadata.annotations?.['flak.dev/gate'], 'open');
    assert.equal(hostPaths(unrestricted?.spec.volumes), 1);
    assert.equal(unrestricted?.metadata.annotations?.['flak.dev/gate'], undefined);
  });

  it('gets the same profile as one that allows hostPath volumes', async () => {
    const remove = ['delete', 'pod', 'web', '--timeout=180s'];
    await Promise.all(namespaces.map(({ name }) => flak.kubectl.run([...remove, '-n', name])));
    const [restricted, unrestricted] = await Promise.all(
      namespaces.map(async ({ name }) => (await profilesOf(flak.kubectl, name)).get('pod-web-nginx')),
    );
    assert.deepEqual([restricted?.completeness.level, restricted?.completeness.reasons], ['observed', []]);
    const made = madeBy(restricted, 'startup', 'serving');
    assert.ok(made.has('accept4'));
    assert.deepEqual([...made].sort(), [...madeBy(unrestricted, 'startup', 'serving')].sort());
  });
});
