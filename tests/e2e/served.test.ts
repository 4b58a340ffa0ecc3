/** Profiles that Flak stored, as the kubelet hands them to runc: with and without allowPrivilegeEscalation, as root and not. */
import assert from 'node:assert/strict';
import type { SeccompProfile } from '../../profile/seccomp.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { recordFigure } from '../figure.ts';
import { askPages, askRedis } from '../integration/runtime-profiles/ask.ts';
import { pythonServer } from '../integration/runtime-profiles/servers.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { type LocalhostProfiles, localhostProfiles, without } from './localhost-profiles.ts';
import { pythonContainer } from './python-programs.ts';
import { addressOf, ANSWERED, askNginx } from './requests.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, waitForPhases } from './stored-profiles.ts';
import { nginxContainer, pod, TRACED } from './targets.ts';

const REDIS_PORT = 6379;
const PYTHON_PORT = 8000;
const REDIS = `exec redis-server --bind 0.0.0.0 --protected-mode no --port ${REDIS_PORT} --dir /tmp`;

interface Server {
  readonly container: Readonly<Record<string, unknown>>;
  readonly use: (address: string) => Promise<void>;
  /** A call without which it doesn't serve, and what it says then. */
  readonly needs: string;
  readonly complaint: RegExp;
}

const ready = (port: number): object => ({ readinessProbe: { tcpSocket: { port }, periodSeconds: 1 } });

function serversOf(flak: FlakCluster): Readonly<Record<string, Server>> {
  const workbench = flak.image('workbench');
  const redis = { name: 'redis', image: workbench, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', REDIS] };
  return {
    nginx: {
      container: nginxContainer(flak.image('nginx')),
      use: async (address) => {
        assert.deepEqual(await askNginx(address), ANSWERED);
      },
      needs: 'accept4',
      complaint: /accept4\(\) failed \(1: Operation not permitted\)/,
    },
    redis: {
      container: { ...redis, ...ready(REDIS_PORT) },
      use: (address) => askRedis(address, REDIS_PORT),
      needs: 'accept4',
      complaint: /Accepting client connection: .*Operation not permitted/,
    },
    python: {
      container: {
        ...pythonContainer(workbench, 'python', pythonServer('0.0.0.0', PYTHON_PORT)),
        ...ready(PYTHON_PORT),
      },
      use: (address) => askPages(address, PYTHON_PORT),
      needs: 'poll',
      complaint: /PermissionError/,
    },
  };
}

const USERS = { root: { runAsUser: 0 }, other: { runAsUser: 1000, runAsNonRoot: true } } as const;
type User = keyof typeof USERS;
const ESCALATION = [true, false];
const EVERYONE = Object.keys(USERS) as User[];

/** A server that may not accept or wait spins: it mustn't take the machine from the others. */
const SLOW = { resources: { limits: { cpu: '100m' } } };

describe('servers under the profiles that were stored of them', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let files: LocalhostProfiles;
  let servers: Readonly<Record<string, Server>>;
  /** Root's profiles without the call that the server needs, by its name. */
  const lacking = new Map<string, object>();

  const podOf = (name: string, { container }: Server, settings: object, labels: Record<string, string> = {}): object =>
    pod(namespace.name, name, {
      labels,
      spec: { restartPolicy: 'Never', containers: [{ ...container, ...settings }] },
    });
  const createAll = async (items: readonly object[]): Promise<void> => {
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  };
  const waitReady = async (names: readonly string[]): Promise<void> => {
    const pods = names.map((name) => `pod/${name}`);
    await flak.kubectl.run(['wait', '--for=condition=Ready', ...pods, '--timeout=270s', '-n', namespace.name]);
  };
  /** @throws with what it has printed */
  const use = async (server: Server, name: string): Promise<void> => {
    try {
      await server.use(await addressOf(flak.kubectl, namespace.name, name));
    } catch (cause) {
      const { stdout } = await flak.kubectl.attempt(['logs', name, '--tail=50', '-n', namespace.name]);
      throw new Error(`${name} did not serve: ${stdout}`, { cause });
    }
  };

  /** Profiles by `<server>-<user>`. */
  async function record(): Promise<Map<string, SeccompProfile>> {
    const each = Object.entries(servers).flatMap(([name, server]) =>
      EVERYONE.map((user) => ({ name: `${name}-${user}`, container: name, server, user })),
    );
    await createAll(
      each.map(({ name, server, user }) => podOf(name, server, { securityContext: USERS[user] }, TRACED)),
    );
    await waitReady(each.map(({ name }) => name));
    for (const { name, server } of each) await use(server, name);
    const names = each.map(({ name }) => name);
    await flak.kubectl.run(['delete', 'pod', ...names, '--timeout=270s', '-n', namespace.name]);
    await waitForPhases(flak.kubectl, namespace.name, each.length, ['Complete']);
    const stored = await profilesOf(flak.kubectl, namespace.name);
    return new Map(
      each.map(({ name, container }) => {
        const text = stored.get(`pod-${name}-${container}`)?.seccomp;
        assert.ok(text !== undefined, `${name} has no profile`);
        return [name, JSON.parse(text) as SeccompProfile];
      }),
    );
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    servers = serversOf(flak);
    namespace = await scratchNamespace(flak.kubectl, 'served');
    files = localhostProfiles(flak, namespace.name);
    const profiles = await record();
    const pods = [...profiles].flatMap(([name, profile]) => {
      const [kind, user] = name.split('-') as [string, User];
      const server = servers[kind];
      assert.ok(server);
      const context = { ...USERS[user], ...files.add(name, profile) };
      if (user === 'root') lacking.set(kind, files.add(`${kind}-lacking`, without(profile, server.needs)));
      return ESCALATION.map((allowPrivilegeEscalation) =>
        podOf(`again-${name}-${allowPrivilegeEscalation}`, server, {
          securityContext: { ...context, allowPrivilegeEscalation },
        }),
      );
    });
    await createAll(pods);
  });

  after(async () => {
    files.remove();
    await namespace.remove();
  });

  it('start and serve, with and without allowPrivilegeEscalation, as root and as another user', async function () {
    const names: string[] = [];
    for (const [kind, server] of Object.entries(servers))
      for (const user of EVERYONE)
        for (const escalation of ESCALATION) {
          const name = `again-${kind}-${user}-${escalation}`;
          await waitReady([name]);
          await use(server, name);
          names.push(name);
        }
    recordFigure(this, `${names.length} of ${Object.keys(servers).length * EVERYONE.length * ESCALATION.length}`);
  });

  it('serve nothing without a call that they need, and say so', async () => {
    const each = Object.entries(servers).map(([kind, server]) => ({ kind, server, name: `lacking-${kind}` }));
    const settings = (kind: string): object => ({ securityContext: { ...USERS.root, ...lacking.get(kind) }, ...SLOW });
    await createAll(each.map(({ kind, server, name }) => podOf(name, server, settings(kind))));
    for (const { name, server } of each) {
      let log = '';
      // The kubelet's probes are clients, too.
      const hasSaidSo = async (): Promise<boolean> => {
        log = (await flak.kubectl.attempt(['logs', name, '--tail=50', '-n', namespace.name])).stdout;
        return server.complaint.test(log);
      };
      await waitUntil(`${name} says why it fails`, hasSaidSo, { limitMs: 180_000, explain: () => log });
    }
    const asked = await Promise.allSettled(each.map(({ name, server }) => use(server, name)));
    assert.deepEqual(
      asked.map(({ status }) => status),
      each.map(() => 'rejected'),
    );
  });
});
