/** A stored profile works: under it a second pod does what the recorded one did, and without one of its calls it doesn't. */
import assert from 'node:assert/strict';
import type { SeccompProfile } from '../../profile/seccomp.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { type LocalhostProfiles, localhostProfiles, without } from './localhost-profiles.ts';
import { findPod } from './observe.ts';
import { addressOf, ANSWERED, askNginx } from './requests.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, waitForPhases } from './stored-profiles.ts';
import { nginxContainer, pod, shellContainer, TRACED } from './targets.ts';

const RUNTIME_DEFAULT = { seccompProfile: { type: 'RuntimeDefault' } };
/** As Pod Security *restricted* wants containers: no capabilities, no root, NoNewPrivileges. */
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 1000,
  capabilities: { drop: ['ALL'] },
};

/** A server that may not accept or wait spins: it mustn't take the machine from the others. */
const SLOW = { resources: { limits: { cpu: '100m' } } };

/** nginx's own word (ngx_log_error) for what happens without each call. */
const REFUSED = {
  accept4: 'accept4() failed (1: Operation not permitted)',
  epoll_wait: 'epoll_wait() failed (1: Operation not permitted)',
  bind: 'bind() to 0.0.0.0:8080 failed (1: Operation not permitted)',
} as const;

describe('a stored profile', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let files: LocalhostProfiles;
  const stored = new Map<string, SeccompProfile>();

  const profileOf = (workload: string): SeccompProfile => {
    const profile = stored.get(workload);
    assert.ok(profile, `${workload} has no profile`);
    return profile;
  };
  const containers = () => ({
    web: nginxContainer(flak.image('nginx')),
    restricted: nginxContainer(flak.image('nginx')),
    threads: { ...shellContainer(flak.image('workbench'), 'main', ''), command: ['threads', '2'] },
  });
  const contexts = { web: {}, restricted: RESTRICTED, threads: {} };
  const workloads = ['web', 'restricted', 'threads'] as const;
  type Name = (typeof workloads)[number];

  const shapeOf = (name: Name, seccomp: object, more: object = {}): Record<string, unknown> => ({
    restartPolicy: 'Never',
    containers: [{ ...containers()[name], securityContext: { ...contexts[name], ...seccomp }, ...more }],
  });
  const createAll = async (items: readonly object[]): Promise<void> => {
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  };
  const waitFor = async (condition: string, ...pods: string[]): Promise<void> => {
    const names = pods.map((name) => `pod/${name}`);
    await flak.kubectl.run(['wait', `--for=${condition}`, ...names, '--timeout=180s', '-n', namespace.name]);
  };
  const ask = async (name: string): Promise<readonly (number | string)[]> =>
    askNginx(await addressOf(flak.kubectl, namespace.name, name));

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'usable');
    files = localhostProfiles(flak, namespace.name);
    const traced = workloads.map((name) =>
      pod(namespace.name, name, { labels: TRACED, spec: shapeOf(name, RUNTIME_DEFAULT) }),
    );
    await createAll(traced);
    await waitFor('condition=Ready', 'web', 'restricted');
    for (const name of ['web', 'restricted']) assert.deepEqual(await ask(name), ANSWERED);
    await waitFor('jsonpath={.status.phase}=Succeeded', 'threads');
    await flak.kubectl.run(['delete', 'pod', ...workloads, '--timeout=180s', '-n', namespace.name]);
    await waitForPhases(flak.kubectl, namespace.name, traced.length, ['Complete']);
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    for (const name of workloads) {
      const container = name === 'threads' ? 'main' : 'nginx';
      stored.set(name, JSON.parse(profiles.get(`pod-${name}-${container}`)?.seccomp ?? 'null') as SeccompProfile);
    }
    await createAll([
      ...workloads.map((name) =>
        pod(namespace.name, `${name}-again`, { spec: shapeOf(name, files.add(name, profileOf(name))) }),
      ),
      ...Object.keys(REFUSED).map((call) => {
        const file = files.add(`web-no-${call}`, without(profileOf('web'), call));
        return pod(namespace.name, `web-no-${call.replace('_', '-')}`, { spec: shapeOf('web', file, SLOW) });
      }),
      pod(namespace.name, 'threads-no-clone3', {
        spec: shapeOf('threads', files.add('threads-no-clone3', without(profileOf('threads'), 'clone3'))),
      }),
    ]);
  });

  after(async () => {
    files.remove();
    await namespace.remove();
  });

  it('lets a second pod serve the same requests, as root and as a restricted user', async () => {
    await waitFor('condition=Ready', 'web-again', 'restricted-again');
    for (const name of ['web-again', 'restricted-again']) assert.deepEqual(await ask(name), ANSWERED, name);
  });

  it('lets a threaded program that was recorded under RuntimeDefault run again', async () => {
    await waitFor('jsonpath={.status.phase}=Succeeded', 'threads-again');
  });

  it('answers clone3 with ENOSYS, as RuntimeDefault did, without which threads fail', async () => {
    const rule = profileOf('threads').syscalls.find(({ names }) => names.includes('clone3'));
    assert.deepEqual([rule?.action, rule?.errnoRet], ['SCMP_ACT_ERRNO', 38]);
    await waitFor('jsonpath={.status.phase}=Failed', 'threads-no-clone3');
  });

  it('serves nothing once accept4, epoll_wait or bind is taken out of it', async () => {
    for (const [call, words] of Object.entries(REFUSED)) {
      const name = `web-no-${call.replace('_', '-')}`;
      let log = '';
      const hasFailed = async (): Promise<boolean> => {
        const { stdout, stderr } = await flak.kubectl.attempt(['logs', name, '--tail=50', '-n', namespace.name]);
        log = stdout + stderr;
        return log.includes(words);
      };
      await waitUntil(`${name} says why it fails`, hasFailed, { limitMs: 180_000, explain: () => log });
      const conditions = (await findPod(flak.kubectl, namespace.name, name))?.status.conditions ?? [];
      assert.equal(conditions.find(({ type }) => type === 'Ready')?.status, 'False', name);
    }
    const asked = await Promise.allSettled(Object.keys(REFUSED).map((call) => ask(`web-no-${call.replace('_', '-')}`)));
    assert.deepEqual(
      asked.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
  });
});
