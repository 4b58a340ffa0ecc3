import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createFilesReader } from '../../../cli/files-store/ask-store.ts';
import { createFileStore, type PutLines } from '../../../tracer/files/file-store.ts';
import { createExchange } from '../../../tracer/report/exchange.ts';
import { waitUntil } from '../../cluster/wait-until.ts';
import { freePorts, startApiServer, type ApiServer } from '../apiserver.ts';

const UID = '11111111-2222-4333-8444-555555555555';
const SERVER_NAME = 'flak-files.flak-system.svc';
const TRACER = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'tracer-web-0',
    namespace: 'flak-system',
    labels: { 'app.kubernetes.io/component': 'tracer', 'flak.dev/target-uid': UID },
    annotations: { 'flak.dev/target-ns': 'shop', 'flak.dev/target-pod': 'web-0' },
  },
  spec: {
    serviceAccountName: 'flak-tracer',
    containers: [{ name: 'tracer', image: 'docker.io/library/debian:bookworm-slim' }],
  },
};

describe('the store of lines with the rights that its manifests give it', () => {
  let server: ApiServer;
  let directory: string;
  let child: ChildProcess | undefined;
  let ports: readonly number[];
  let log = '';

  before(async function () {
    this.timeout(900_000);
    server = await startApiServer();
    directory = mkdtempSync(join(tmpdir(), 'flak-store-'));
    ports = await freePorts();
    await server.kubectl.run([
      'apply',
      '-f',
      'manifests/base/namespaces.yaml',
      '-f',
      'manifests/base/service-accounts.yaml',
    ]);
    await server.kubectl.run(['apply', '-k', 'manifests/overlays/files']);
    await server.kubectl.run(['create', '-f', '-'], JSON.stringify(TRACER));
    await start();
  });
  after(async () => {
    await stop();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const token = await server.kubectl.run(['create', 'token', 'flak-files', '-n', 'flak-system']);
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, readFileSync(server.kubeconfig, 'utf8').replace(/token: .*/, `token: ${token.trim()}`));
    const environment = {
      FLAK_KUBECONFIG: kubeconfig,
      FLAK_FILES_ROOT: join(directory, 'claim'),
      FLAK_HTTPS_PORT: String(ports[0]),
      FLAK_METRICS_PORT: String(ports[1]),
    };
    const started = spawn(process.execPath, ['webhook/files-main.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk: Buffer) => (log += String(chunk)));
    child = started;
    const isReady = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${ports[1]}/readyz`).catch(() => undefined))?.status === 200;
    await waitUntil('the store is ready', isReady, { limitMs: 180_000, explain: () => log });
  }

  async function stop(): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined) return;
    running.kill('SIGTERM');
    if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
  }

  interface Endpoint {
    readonly data?: Readonly<Record<string, string>>;
  }
  const endpoint = async (): Promise<Readonly<Record<string, string>>> =>
    (await server.kubectl.json<Endpoint>(['get', 'configmap', 'flak-files-endpoint', '-n', 'flak-system'])).data ?? {};

  /** @param more arguments of `kubectl create token` */
  async function tracerToken(audience: string, ...more: string[]): Promise<string> {
    const made = ['create', 'token', 'flak-tracer', '-n', 'flak-system', `--audience=${audience}`, ...more];
    return (await server.kubectl.run(made)).trim();
  }

  async function boundToken(audience: string): Promise<string> {
    const { metadata } = await server.kubectl.json<{ metadata: { uid: string } }>([
      'get',
      'pod',
      'tracer-web-0',
      '-n',
      'flak-system',
    ]);
    const bound = ['--bound-object-kind=Pod', '--bound-object-name=tracer-web-0', `--bound-object-uid=${metadata.uid}`];
    return tracerToken(audience, ...bound);
  }

  async function put(token: string, content: string, uid = UID): Promise<PutLines> {
    const ca = (await endpoint())['ca.crt'] ?? '';
    const exchange = createExchange(() => ({ address: '127.0.0.1', port: ports[0] ?? 0, ca, token }), SERVER_NAME);
    const place = { folder: 'web', name: 'trace_io_0.log', offset: 0 };
    return createFileStore(exchange, uid, () => true).put(place, Buffer.from(content), AbortSignal.timeout(30_000));
  }

  const messageOf = (outcome: PutLines): string => (outcome.kind === 'not-now' ? outcome.message : outcome.kind);

  it('tells where it is and whom to trust, and goes on under the same authority after a restart', async function () {
    this.timeout(400_000);
    const told = await endpoint();
    assert.match(told['address'] ?? '', /^198\.19\./);
    assert.equal(told['port'], '443');
    await stop();
    await start();
    assert.deepEqual(await endpoint(), told);
  });

  it('takes lines of a tracer whose token was made for it and its pod, and of no other', async function () {
    this.timeout(60_000);
    const own = await boundToken('flak-files');
    assert.equal(messageOf(await put(own, 'one\n')), 'stored');
    assert.match(messageOf(await put(own, 'one\n', UID.replace('1', '2'))), /403/);
    assert.match(messageOf(await put(await boundToken('flak'), 'one\n')), /401/);
    assert.match(messageOf(await put(await tracerToken('flak-files'), 'one\n')), /403/);
  });

  it('is read by whom the role flak-files-reader was given to, and by nobody else', async function () {
    this.timeout(60_000);
    const { kubectl } = server;
    const alice = kubectl.as('alice');
    const made = ['create', 'token', 'flak-files-reader', '-n', 'flak-system', '--audience=flak-files'];
    assert.match((await alice.attempt(made)).stderr, /forbidden/i);
    await kubectl.run([
      'create',
      'rolebinding',
      'alice',
      '-n',
      'flak-system',
      '--role=flak-files-reader',
      '--user=alice',
    ]);
    const token = (await alice.run(made)).trim();
    const readable = ['get', 'configmap', 'flak-files-endpoint', '-n', 'flak-system', '-o', 'name'];
    assert.equal((await alice.run(readable)).trim(), 'configmap/flak-files-endpoint');
    const ca = (await endpoint())['ca.crt'] ?? '';
    const dial = () => Promise.resolve(connect(ports[0] ?? 0, '127.0.0.1'));
    const reader = createFilesReader({ dial, ca, token });
    try {
      const traces = await reader.traces({ namespace: 'shop', pod: 'web-0' });
      assert.deepEqual(traces.kind === 'ok' ? traces.value.map(({ uid, bytes }) => [uid, bytes]) : traces, [[UID, 4]]);
      const files = await reader.files(UID);
      const [file] = files.kind === 'ok' ? files.value : [];
      assert.ok(file);
      const opened = await reader.open(UID, file);
      assert.equal(opened.kind === 'ok' ? await text(opened.value) : opened.message, 'one\n');
    } finally {
      reader.close();
    }
    const stranger = createFilesReader({ dial, ca, token: await boundToken('flak-files') });
    const refused = await stranger.traces({});
    assert.match(refused.kind === 'ok' ? '' : refused.message, /403/);
    stranger.close();
  });

  it('is not believed under another authority', async () => {
    const dial = () => Promise.resolve(connect(ports[0] ?? 0, '127.0.0.1'));
    const reader = createFilesReader({
      dial,
      ca: readFileSync(`${server.kubeconfig.replace(/kubeconfig$/, '')}apiserver.crt`, 'utf8'),
      token: 'x',
    });
    const refused = await reader.traces({});
    assert.match(refused.kind === 'ok' ? '' : refused.message, /certificate/);
    reader.close();
  });

  it('is the only pod of its namespace that can be forwarded to', async () => {
    const forward = (pod: string) =>
      server.kubectl.attempt([
        'create',
        '--raw',
        `/api/v1/namespaces/flak-system/pods/${pod}/portforward?ports=8443`,
        '-f',
        '/dev/null',
      ]);
    assert.match((await forward('tracer-web-0')).stderr, /only the store of file-access lines can be forwarded to/);
    assert.doesNotMatch((await forward('flak-files-1')).stderr, /can be forwarded to/);
  });
});
