/** The control plane itself, with the rights that the manifests give it and no others: what it lacks would be refused here. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../cluster/wait-until.ts';
import { freePorts, type ApiServer } from '../apiserver.ts';

const OBJECTS_IT_MAKES = ['secret/flak-certificates', 'configmap/flak-endpoint', 'lease/flak-controller'] as const;

const NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
/** Labelled when it runs already: Flak has to add its finalizer, a Trace and a tracer by itself. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'late', namespace: 'default', labels: { 'flak.dev/trace': 'true' } },
  spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'docker.io/library/debian:bookworm-slim' }] },
};

interface Replica {
  readonly process: ChildProcess;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** A kubeconfig that differs from the administrator's by its token alone. */
async function kubeconfigOfFlak(server: ApiServer, directory: string): Promise<string> {
  const token = await server.kubectl.run(['create', 'token', 'flak-webhook', '-n', 'flak-system']);
  const file = join(directory, 'kubeconfig');
  writeFileSync(file, readFileSync(server.kubeconfig, 'utf8').replace(/token: .*/, `token: ${token.trim()}`));
  return file;
}

async function startReplica(server: ApiServer): Promise<Replica> {
  const directory = mkdtempSync(join(tmpdir(), 'flak-replica-'));
  const [https, metrics] = await freePorts();
  const child = spawn('node', ['webhook/main.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      FLAK_KUBECONFIG: await kubeconfigOfFlak(server, directory),
      FLAK_GATE_IMAGE: 'ghcr.io/flak-dev/flak-gate:0.1.0',
      // As in a replica that is older than the manifests: the policy refuses tracers of this image.
      FLAK_TRACER_IMAGE: 'ghcr.io/flak-dev/flak-tracer:0.0.9',
      FLAK_HTTPS_PORT: String(https),
      FLAK_METRICS_PORT: String(metrics),
      POD_NAME: 'replica-1',
    },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    process: child,
    log: () => Buffer.concat(chunks).toString(),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function underItsOwnAccountCases(server: () => ApiServer): void {
  describe('the control plane, with the rights of its account alone,', () => {
    let replica: Replica;
    const exists = async (name: string, namespace: string): Promise<boolean> =>
      (await server().kubectl.attempt(['get', name, '-n', namespace])).exitCode === 0;
    const appears = (name: string, namespace: string): Promise<void> =>
      waitUntil(`${name} exists`, () => exists(name, namespace), { limitMs: 90_000, explain: () => replica.log() });

    before(async () => {
      replica = await startReplica(server());
    });
    after(async () => {
      await replica.stop();
      const { kubectl } = server();
      await kubectl.run(['patch', 'pod', 'late', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
      await kubectl.run(['delete', 'pods', '--all', '-n', 'default', '--grace-period=0', '--force']);
      await kubectl.run(['delete', 'pods', '--all', '-n', 'flak-system', '--grace-period=0', '--force']);
      await kubectl.run(['delete', 'traces', '--all', '-n', 'default']);
      await kubectl.run(['delete', 'node/node-1', '--ignore-not-found']);
      await kubectl.run(['delete', ...OBJECTS_IT_MAKES, '-n', 'flak-system']);
    });

    it('takes the lead, makes its certificate and announces it', async () => {
      for (const name of OBJECTS_IT_MAKES) await appears(name, 'flak-system');
      const { kubectl } = server();
      const endpoint = await kubectl.json<{ data: Record<string, string> }>([
        'get',
        'configmap/flak-endpoint',
        '-n',
        'flak-system',
      ]);
      const bundle = Buffer.from(endpoint.data['ca.crt'] ?? '').toString('base64');
      const places = { 'mutatingwebhookconfiguration/flak': 6, 'validatingwebhookconfiguration/flak-uninstall': 1 };
      for (const [configuration, entries] of Object.entries(places)) {
        const read = ['get', configuration, '-o', 'jsonpath={.webhooks[*].clientConfig.caBundle}'];
        const announced = Array(entries).fill(bundle).join(' ');
        await waitUntil(`caBundle of ${configuration}`, async () => (await kubectl.run(read)) === announced, {
          limitMs: 90_000,
        });
      }
    });

    it('gives a running pod that is labelled late its finalizer, a Trace and a tracer', async () => {
      const { kubectl } = server();
      for (const object of [NODE, POD]) await kubectl.run(['create', '-f', '-'], JSON.stringify(object));
      const startedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const container = { name: 'app', image: 'x', imageID: 'x@sha256:0', containerID: 'containerd://1' };
      const running = { ...container, ready: true, restartCount: 0, state: { running: { startedAt } } };
      const status = JSON.stringify({ status: { phase: 'Running', containerStatuses: [running] } });
      await kubectl.run(['patch', 'pod', 'late', '--subresource=status', '--type=merge', '-p', status]);
      const { metadata } = await kubectl.json<{ metadata: { uid: string } }>(['get', 'pod', 'late']);
      const uid = metadata.uid.slice(0, 8);
      await appears(`trace/late-${uid}`, 'default');
      await appears(`pod/tracer-late-${uid}`, 'flak-system');
      const image = ['-n', 'flak-system', '-o', 'jsonpath={.spec.containers[0].image}'];
      assert.equal(
        await kubectl.run(['get', `pod/tracer-late-${uid}`, ...image]),
        'ghcr.io/flak-dev/flak-tracer:0.1.0',
        "the PodTemplate's image, not the environment's",
      );
      const held = await kubectl.json<{ metadata: { finalizers?: string[] } }>(['get', 'pod', 'late']);
      assert.deepEqual(held.metadata.finalizers, ['flak.dev/profile']);
    });

    it('was refused nothing meanwhile', () => {
      const complaints = replica
        .log()
        .split('\n')
        .filter((line) => /forbidden|refused|denied|"level":"error"/i.test(line));
      assert.deepEqual(complaints, []);
      assert.equal(replica.process.exitCode, null, 'it has ended');
    });
  });
}
