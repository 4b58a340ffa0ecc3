/** Replicas come and go under load, as in a rolling update: real API server, real replicas; kubelet and kube-proxy are played. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createKubeApi } from '../../webhook/kube/client.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { attempt } from '../../webhook/kube/outcome.ts';
import { collectionPath } from '../../webhook/kube/resource.ts';
import { FLAK_NAMESPACE, GATE, OBJECTS } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { skipBecause } from '../skip.ts';
import { startApiServer, type ApiServer } from './apiserver.ts';
import { startReplicaProcess, type ReplicaProcess } from './rollout/replica-process.ts';
import { openServiceAddress, type ServiceAddress } from './rollout/service-address.ts';

/** Until kube-proxy on every node has heard that an endpoint ends; on quiet clusters it is a fraction of that. */
const PROPAGATION_MS = 2000;
const AT_ONCE = 3;
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'load-', labels: { 'flak.dev/trace': 'true' } },
  spec: { containers: [{ name: 'app', image: 'docker.io/library/debian:bookworm-slim' }] },
};

describe('a rolling update of the control plane', function () {
  this.timeout(600_000);
  let server: ApiServer;
  let services: Record<'ready' | 'starting', ServiceAddress> | undefined;
  const live = new Set<ReplicaProcess>();

  before(async function () {
    if (process.getuid?.() !== 0) skipBecause(this, "a Service's address takes root");
    server = await startApiServer();
    await server.kubectl.run(['apply', '-k', 'manifests']);
    const addressOf = async (service: string): Promise<string> => {
      const read = ['get', 'service', service, '-n', FLAK_NAMESPACE, '-o', 'jsonpath={.spec.clusterIP}'];
      return server.kubectl.run(read);
    };
    services = {
      ready: await openServiceAddress(await addressOf(OBJECTS.service)),
      starting: await openServiceAddress(await addressOf(OBJECTS.startingService)),
    };
  });

  after(async () => {
    for (const replica of live) replica.terminate();
    await Promise.all([...live].map(({ ended }) => ended));
    services?.ready.close();
    services?.starting.close();
    await server.stop();
  });

  async function begin(name: string): Promise<ReplicaProcess> {
    assert.ok(services !== undefined);
    const replica = await startReplicaProcess(server.kubeconfig, name);
    live.add(replica);
    services.starting.endpoints = [...services.starting.endpoints, replica.httpsPort];
    await waitUntil(`${name} is ready`, () => replica.isReady(), { limitMs: 180_000, explain: () => replica.log() });
    services.ready.endpoints = [...services.ready.endpoints, replica.httpsPort];
    return replica;
  }

  async function end(replica: ReplicaProcess): Promise<void> {
    assert.ok(services !== undefined);
    replica.terminate();
    await delay(PROPAGATION_MS);
    for (const service of Object.values(services))
      service.endpoints = service.endpoints.filter((port) => port !== replica.httpsPort);
    assert.equal(await replica.ended, 0, replica.log());
    live.delete(replica);
  }

  it('lets no pod pass without a gate', async () => {
    const { request } = createKubeApi({ kind: 'kubeconfig', path: server.kubeconfig });
    const path = collectionPath(KINDS.pods, 'default');
    const passed: (readonly [ms: number, gated: boolean])[] = [];
    const rollout = new AbortController();
    const createPods = async (): Promise<void> => {
      while (!rollout.signal.aborted) {
        const answer = await attempt(() => request({ method: 'POST', path, query: { dryRun: 'All' }, body: POD }));
        assert.ok(answer.kind === 'ok', JSON.stringify(answer));
        const { spec } = answer.value as { spec: { initContainers?: { name: string }[] } };
        passed.push([performance.now(), spec.initContainers?.[0]?.name === GATE.container]);
      }
    };
    const old = [await begin('old-1'), await begin('old-2')];
    const load = Promise.all(Array.from({ length: AT_ONCE }, createPods));
    for (const [index, replica] of old.entries()) {
      await begin(`new-${index + 1}`);
      await end(replica);
    }
    rollout.abort();
    await load;
    const missed = passed.filter(([, gated]) => !gated);
    assert.deepEqual(missed, [], `${missed.length} of ${passed.length}`);
    assert.ok(passed.length > 100, String(passed.length));
  });
});
