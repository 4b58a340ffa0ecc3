/**
 * A real kube-apiserver on a real etcd, without nodes or controllers: for what needs the API's own behaviour (admission,
 * CRDs, patches, watches) but no pod to run. Nothing outside a temporary directory and free ports of 127.0.0.1 is used.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubernetesBinaries } from '../cluster/binaries/kubernetes.ts';
import { installPackages } from '../cluster/machine/debian-packages.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { kubectlFor, type Kubectl } from '../e2e/kubectl.ts';

export interface ApiServer {
  readonly url: string;
  /** The administrator's; TLS is checked against the server's own certificate. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** Path of a kubectl of the server's version. */
  readonly kubectlProgram: string;
  /** Takes the API server away (etcd stays) and brings it back on the same port so many milliseconds later. */
  restartAfter(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both and waits until the API server calls itself ready (some 8 s on two cores). */
export async function startApiServer(): Promise<ApiServer> {
  const progress = consoleProgress(process.stderr);
  await installPackages(['etcd-server'], progress);
  const binaries = await kubernetesBinaries(progress);
  const directory = mkdtempSync(join(tmpdir(), 'flak-apiserver-'));
  const started: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of started.reverse()) await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const [clientPort, peerPort, apiPort] = await freePorts();
    started.push(start(directory, 'etcd', ['etcd', ...etcdFlags(directory, clientPort, peerPort)]));
    writeSigningKey(directory);
    const token = randomBytes(16).toString('hex');
    writeFileSync(join(directory, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
    const flags = apiServerFlags(directory, clientPort, apiPort);
    const startApi = (): ChildProcess => start(directory, 'kube-apiserver', [`${binaries}/kube-apiserver`, ...flags]);
    started.push(startApi());
    const url = `https://127.0.0.1:${apiPort}`;
    const program = `${binaries}/kubectl`;
    const certificate = join(directory, 'apiserver.crt');
    await waitUntil('the API server has a certificate', () => Promise.resolve(existsSync(certificate)), {
      limitMs: 180_000,
      explain: () => tail(directory, 'kube-apiserver'),
    });
    const kubeconfig = writeKubeconfig(directory, url, certificate, token);
    const kubectl = kubectlFor({ program, kubeconfig });
    await waitUntil('the API server is ready', async () => (await isReady(kubectl)) && hasNamespace(kubectl), {
      limitMs: 180_000,
      explain: () => tail(directory, 'kube-apiserver'),
    });
    const restartAfter = async (ms: number): Promise<void> => {
      const api = started.pop();
      if (api !== undefined) await end(api);
      await new Promise((resolve) => setTimeout(resolve, ms));
      started.push(startApi());
      await waitUntil('the API server is ready again', () => isReady(kubectl), {
        limitMs: 180_000,
        explain: () => tail(directory, 'kube-apiserver'),
      });
    };
    return { url, kubeconfig, kubectl, kubectlProgram: program, restartAfter, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function isReady(kubectl: Kubectl): Promise<boolean> {
  return (await kubectl.attempt(['get', '--raw', '/readyz'])).stdout === 'ok';
}

/** The namespace `default` is made by the API server itself a moment after it is ready. */
async function hasNamespace(kubectl: Kubectl): Promise<boolean> {
  return (await kubectl.attempt(['get', 'namespace', 'default'])).exitCode === 0;
}

function etcdFlags(directory: string, clientPort: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(directory, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ];
}

/**
 * ServiceAccount admission is off (no controller makes the `default` accounts it asks for). Pod Security, webhooks and
 * policies are on, as they are by default.
 */
function apiServerFlags(directory: string, etcdPort: number, port: number): string[] {
  const key = join(directory, 'service-account.key');
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${directory}`,
    '--service-cluster-ip-range=198.19.0.0/17',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
  ];
}

function writeSigningKey(directory: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(directory, 'service-account.key'), pem, { mode: 0o600 });
}

function writeKubeconfig(directory: string, server: string, certificate: string, token: string): string {
  const file = join(directory, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
  writeFileSync(file, stringify(content), { mode: 0o600 });
  return file;
}

function start(directory: string, name: string, argv: readonly string[]): ChildProcess {
  const log = openSync(join(directory, `${name}.log`), 'a');
  const [program = '', ...args] = argv;
  try {
    return spawn(program, args, { stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Asks a child to end, and makes it after 10 s. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatience);
}

function tail(directory: string, name: string): string {
  return readFileSync(join(directory, `${name}.log`), 'utf8')
    .split('\n')
    .slice(-20)
    .join('\n');
}

/** Three ports that were free a moment ago: all are held at once while they are chosen, so that they differ. */
export async function freePorts(): Promise<[number, number, number]> {
  const servers = Array.from({ length: 3 }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            if (address === null || typeof address === 'string') reject(new Error('no port'));
            else resolve(address.port);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [first = 0, second = 0, third = 0] = ports;
  return [first, second, third];
}
