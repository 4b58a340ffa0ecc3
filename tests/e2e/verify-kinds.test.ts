/** `flak verify` of a StatefulSet, a DaemonSet and a Job: canaries are made from other templates than a Deployment's, too. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { podsOf } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, waitForPhases } from './stored-profiles.ts';
import { job, nginxContainer, replicated, shellContainer, TRACED } from './targets.ts';

interface Report {
  readonly verified: boolean;
  readonly runs: { readonly log: { readonly kind: string }; readonly enforce: { readonly kind: string } | null };
}

/** Ended, and then gone: a Job's last pod is recorded until somebody deletes it. */
const WORK = 'mkdir /tmp/work && cat /etc/passwd > /tmp/work/copy';

describe('flak verify of what is no Deployment', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  const inNamespace = (...args: readonly string[]): Promise<string> =>
    flak.kubectl.run([...args, '-n', namespace.name]);

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'verify-kinds');
    const shape = { labels: TRACED, spec: { containers: [nginxContainer(flak.image('nginx'))] } };
    const daemons = replicated('Deployment', namespace.name, 'agent', 1, shape) as { spec: { replicas?: number } };
    delete daemons.spec.replicas;
    const work = { labels: TRACED, spec: { containers: [shellContainer(flak.image('workbench'), 'work', WORK)] } };
    const items = [
      replicated('StatefulSet', namespace.name, 'db', 1, shape),
      { ...daemons, kind: 'DaemonSet' },
      job(namespace.name, 'migrate', work),
    ];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await inNamespace('rollout', 'status', 'sts/db', '--timeout=270s');
    await inNamespace('rollout', 'status', 'ds/agent', '--timeout=270s');
    await inNamespace('wait', '--for=condition=Complete', 'job/migrate', '--timeout=270s');
    // Their next pods aren't traced; those that are end now.
    const unlabelled = { spec: { template: { metadata: { labels: { 'flak.dev/trace': null } } } } };
    for (const name of ['sts/db', 'ds/agent']) await inNamespace('patch', name, '-p', JSON.stringify(unlabelled));
    await inNamespace('delete', 'pod', '-l', 'job-name=migrate');
    await waitForPhases(flak.kubectl, namespace.name, 3, ['Complete']);
  });

  after(async () => {
    await namespace.remove();
  });

  async function earnsItsLevel(workload: string, profile: string, ended: 'served' | 'completed'): Promise<void> {
    const args = ['verify', workload, '-n', namespace.name, '--kubeconfig', flak.cluster.kubeconfig];
    const times = ['--for', '3s', '--ready-timeout', '90s', '-o', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, [resolve('cli/flak.ts'), ...args, ...times]);
    const { verified, runs } = JSON.parse(stdout) as Report;
    assert.deepEqual([verified, runs.log.kind, runs.enforce?.kind], [true, ended, ended]);
    const stored = (await profilesOf(flak.kubectl, namespace.name)).get(profile);
    assert.equal(stored?.completeness.level, 'verified');
    assert.deepEqual(await podsOf(flak.kubectl, namespace.name, 'flak.dev/canary=true'), []);
  }

  it('earns the profile of a StatefulSet its level, and leaves no canary', () =>
    earnsItsLevel('sts/db', 'statefulset-db-nginx', 'served'));

  it('earns the profile of a DaemonSet its level, and leaves no canary', () =>
    earnsItsLevel('ds/agent', 'daemonset-agent-nginx', 'served'));

  it('earns the profile of a Job its level, and leaves no canary', () =>
    earnsItsLevel('job/migrate', 'job-migrate-work', 'completed'));
});
