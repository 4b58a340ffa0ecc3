/** `flak verify WORKLOAD`: canaries that replay a Deployment under its profile, first logging, then enforced. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SeccompProfile } from '../../profile/seccomp.ts';
import type { SyscallProfileStatus } from '../../profile/syscall-profile.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { without } from './localhost-profiles.ts';
import { podsOf } from './observe.ts';
import { addressOf, ANSWERED, askNginx } from './requests.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, tracesOf, waitForPhases } from './stored-profiles.ts';
import { nginxContainer, replicated, TRACED } from './targets.ts';

const CANARIES = 'flak.dev/canary=true';
const PROFILE = 'deployment-web-nginx';
/** Long enough for the readiness probe to have been answered by a server that serves. */
const TIMES = ['--for', '3s', '--ready-timeout', '90s'];

interface Report {
  readonly verified: boolean;
  readonly runs: { readonly log: { readonly kind: string }; readonly enforce: { readonly kind: string } | null };
  readonly containers: readonly {
    readonly findings: readonly { readonly name: string; readonly firstSeenAt: string }[];
  }[];
}

describe('flak verify of a workload', function () {
  let flak: FlakCluster;
  const namespaces = new Map<string, Awaited<ReturnType<typeof scratchNamespace>>>();
  const nameOf = (purpose: string): string => namespaces.get(purpose)?.name ?? '';

  const verify = (namespace: string, ...options: readonly string[]): ChildProcess => {
    const { kubeconfig } = flak.cluster;
    const args = [
      'verify',
      'deploy/web',
      '-n',
      namespace,
      '--kubeconfig',
      kubeconfig,
      ...TIMES,
      '-o',
      'json',
      ...options,
    ];
    return spawn(process.execPath, [resolve('cli/flak.ts'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const answerOf = async (child: ChildProcess): Promise<{ code: number; out: string; notes: string }> => {
    assert.ok(child.stdout && child.stderr);
    const ended = new Promise<number>((found) => {
      child.once('exit', (code) => {
        found(code ?? -1);
      });
    });
    const [code, out, notes] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, out, notes };
  };
  const verified = async (namespace: string, ...options: readonly string[]) => {
    const { code, out, notes } = await answerOf(verify(namespace, ...options));
    assert.ok(out !== '', notes);
    return { code, notes, report: JSON.parse(out) as Report };
  };

  /** What a verification may leave: nothing, on the cluster or on the node. */
  const remains = async (namespace: string): Promise<readonly string[]> => {
    const pods = await podsOf(flak.kubectl, namespace, CANARIES);
    const traces = (await tracesOf(flak.kubectl, namespace)).filter(({ spec }) => spec.podName.includes('-verify-'));
    const profiles = [...(await profilesOf(flak.kubectl, namespace)).keys()].filter((name) =>
      name.includes('-verify-'),
    );
    return [...[...pods, ...traces].map(({ metadata }) => metadata.name), ...profiles];
  };
  const placed = (): readonly string[] => {
    const folder = join(flak.cluster.node.seccompProfiles, 'flak/verify');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  const record = async (namespace: string, restricted: boolean): Promise<void> => {
    const securityContext = {
      ...(restricted && {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        runAsUser: 1000,
        capabilities: { drop: ['ALL'] },
      }),
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const spec = { containers: [{ ...nginxContainer(flak.image('nginx')), securityContext }] };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    const items = [replicated('Deployment', namespace, 'web', 1, { labels: TRACED, spec }), service];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await flak.kubectl.run(['rollout', 'status', 'deploy/web', '-n', namespace, '--timeout=270s']);
    const [pod] = await podsOf(flak.kubectl, namespace, 'app=web');
    assert.deepEqual(await askNginx(await addressOf(flak.kubectl, namespace, pod?.metadata.name ?? '')), ANSWERED);
    // Its next pod isn't traced: nothing but the verification runs while it is verified.
    const unlabelled = { spec: { template: { metadata: { labels: { 'flak.dev/trace': null } } } } };
    await flak.kubectl.run(['patch', 'deploy/web', '-n', namespace, '-p', JSON.stringify(unlabelled)]);
    await waitForPhases(flak.kubectl, namespace, 1, ['Complete']);
  };

  const storedIn = async (namespace: string): Promise<SyscallProfileStatus> => {
    const status = (await profilesOf(flak.kubectl, namespace)).get(PROFILE);
    assert.ok(status);
    return status;
  };
  /** Changes what is stored as only who rules the cluster may. */
  const change = async (
    namespace: string,
    how: (status: SyscallProfileStatus) => SyscallProfileStatus,
  ): Promise<void> => {
    const args = ['get', 'syscallprofile', PROFILE, '-n', namespace];
    const object = await flak.kubectl.json<{ status: SyscallProfileStatus }>(args);
    const changed = JSON.stringify({ ...object, status: how(object.status) });
    await flak.kubectl.run(['replace', '--subresource=status', '-f', '-'], changed);
  };
  /** Rows and rules alike: as if the call had never been seen. */
  const forget = (namespace: string, call: string): Promise<void> =>
    change(namespace, (status) => ({
      ...status,
      seccomp: JSON.stringify(without(JSON.parse(status.seccomp) as SeccompProfile, call)),
      revisions: status.revisions.map((one) => ({ ...one, calls: one.calls.filter(({ name }) => name !== call) })),
    }));

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    for (const [purpose, labels] of [
      ['open', {}],
      ['strict', { 'pod-security.kubernetes.io/enforce': 'restricted' }],
    ] as const)
      namespaces.set(purpose, await scratchNamespace(flak.kubectl, `verify-${purpose}`, labels));
    await Promise.all([record(nameOf('open'), false), record(nameOf('strict'), true)]);
  });

  after(async () => {
    await Promise.all([...namespaces.values()].map((namespace) => namespace.remove()));
  });

  for (const [purpose, policy] of [
    ['open', 'no policy'],
    ['strict', 'Pod Security restricted'],
  ] as const)
    describe(`in a namespace with ${policy}`, () => {
      it('earns a complete profile its level, and leaves nothing', async () => {
        const { code, report, notes } = await verified(nameOf(purpose));
        const { log, enforce } = report.runs;
        assert.deepEqual([code, report.verified, log.kind, enforce?.kind], [0, true, 'served', 'served'], notes);
        const { completeness, revisions, contributorCount } = await storedIn(nameOf(purpose));
        const levels = [completeness.level, revisions[0]?.completeness.level];
        assert.deepEqual([...levels, contributorCount], ['verified', 'verified', 1]);
        assert.deepEqual([await remains(nameOf(purpose)), placed()], [[], []]);
      });
    });

  // A suite of its own: mocha runs a suite's own tests before those of suites in it, and these change the profiles.
  describe('whose profiles and canaries are interfered with', () => {
    it('finds a call that the profile lacks, with its time, and proves that it is needed', async () => {
      await forget(nameOf('open'), 'accept4');
      const begunAt = Date.now();
      const { code, report } = await verified(nameOf('open'));
      const [container] = report.containers;
      assert.deepEqual(
        container?.findings.map(({ name }) => name),
        ['accept4'],
      );
      const firstSeenAt = Date.parse(container.findings[0]?.firstSeenAt ?? '');
      assert.ok(begunAt <= firstSeenAt && firstSeenAt <= Date.now(), `${begunAt} ${firstSeenAt}`);
      assert.deepEqual([code, report.runs.log.kind, report.runs.enforce?.kind], [1, 'served', 'not-ready']);
      assert.deepEqual([await remains(nameOf('open')), placed()], [[], []]);
    });

    it('gives canaries no traffic of a Service unless asked, and its owner no canary', async () => {
      const endpoints = async (): Promise<readonly string[]> => {
        const args = ['get', 'endpointslices', '-n', nameOf('strict'), '-l', 'kubernetes.io/service-name=web'];
        const { items } = await flak.kubectl.json<{
          items: { endpoints?: { targetRef: { name: string } }[] | null }[];
        }>(args);
        return items.flatMap((slice) => slice.endpoints ?? []).map(({ targetRef }) => targetRef.name);
      };
      for (const withTraffic of [false, true]) {
        const child = verify(nameOf('strict'), '--for', '10s', ...(withTraffic ? ['--with-traffic'] : []));
        const seen = new Set<string>();
        const answer = answerOf(child);
        while (child.exitCode === null) {
          for (const name of await endpoints()) seen.add(name);
          for (const { metadata } of await podsOf(flak.kubectl, nameOf('strict'), CANARIES))
            assert.equal('ownerReferences' in metadata, false);
        }
        const { code, notes } = await answer;
        assert.equal(code, 0, notes);
        assert.equal(
          [...seen].some((name) => name.includes('-verify-')),
          withTraffic,
        );
      }
    });

    it('leaves nothing after Ctrl-C', async () => {
      const child = verify(nameOf('open'), '--for', '10m');
      const answer = answerOf(child);
      await waitUntil(
        'the canary serves',
        async () => {
          const args = [
            'get',
            'pods',
            '-n',
            nameOf('open'),
            '-l',
            CANARIES,
            '-o',
            'jsonpath={.items[*].status.containerStatuses[*].ready}',
          ];
          return (await flak.kubectl.run(args)) === 'true';
        },
        { limitMs: 180_000 },
      );
      assert.equal(placed().length, 1);
      child.kill('SIGINT');
      const { code, notes } = await answer;
      assert.deepEqual([code, await remains(nameOf('open')), placed()], [130, [], []], notes);
    });

    it('places nothing beyond RuntimeDefault where the namespace asks for that', async () => {
      await change(nameOf('strict'), (status) => {
        const rules = JSON.parse(status.seccomp) as SeccompProfile;
        const wider = [...rules.syscalls, { names: ['bpf', 'keyctl'], action: 'SCMP_ACT_ALLOW' }];
        return { ...status, seccomp: JSON.stringify({ ...rules, syscalls: wider }) };
      });
      const { code, report, notes } = await verified(nameOf('strict'));
      assert.deepEqual([code, report.runs.log.kind, report.runs.enforce], [1, 'not-traced', null]);
      assert.match(notes, /allows more than RuntimeDefault, and the namespace may have no less: bpf, keyctl/);
      assert.deepEqual([await remains(nameOf('strict')), placed()], [[], []]);
    });
  });
});
