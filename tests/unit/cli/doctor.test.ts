/** `flak doctor` with facts made up for it. */
import assert from 'node:assert/strict';
import type { Diagnosis } from '../../../cli/doctor/diagnosis.ts';
import { diagnoseCluster } from '../../../cli/doctor/diagnose-cluster.ts';
import type { ClusterFacts } from '../../../cli/doctor/diagnose-cluster.ts';
import { diagnoseNode } from '../../../cli/doctor/diagnose-node.ts';
import { environment } from '../../../cli/ending.ts';
import { REFUSALS } from '../../../profile/recording.ts';
import type { NodeCheck } from '../../../tracer/check/node-check.ts';
import { nodeCheckSchema } from '../../../tracer/check/node-check.ts';
import type { StoredObject } from './fakes.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const GOOD: NodeCheck = {
  version: 1,
  kernel: '6.1.0-13-amd64',
  architecture: 'x64',
  cgroups: 'v2',
  btf: true,
  lockdown: 'none [integrity] confidentiality',
  bpfFileSystem: true,
  memlock: 'unlimited',
  libbpf: true,
  refusal: null,
};

function node(name: string, info: Record<string, string> = {}): StoredObject {
  const nodeInfo = {
    operatingSystem: 'linux',
    architecture: 'amd64',
    kernelVersion: '6.1.0',
    containerRuntimeVersion: 'containerd://1.6.20',
    kubeletVersion: 'v1.36.2',
    ...info,
  };
  return { metadata: { name, labels: { 'kubernetes.io/os': nodeInfo.operatingSystem } }, status: { nodeInfo } };
}

const IMAGE = { name: 'FLAK_TRACER_IMAGE', value: 'flak-tracer:1' };

function cluster(): FakeCluster {
  return new FakeCluster({
    nodes: [node('one')],
    namespaces: [{ metadata: { name: 'flak-system', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }],
    deployments: [
      {
        metadata: { name: 'flak', namespace: 'flak-system' },
        spec: { replicas: 2, template: { spec: { containers: [{ env: [IMAGE] }] } } },
        status: { readyReplicas: 2 },
      },
    ],
    customresourcedefinitions: ['traces.flak.dev', 'syscallprofiles.flak.dev'].map((name) => ({ metadata: { name } })),
    mutatingwebhookconfigurations: [{ metadata: { name: 'flak', labels: { 'app.kubernetes.io/part-of': 'flak' } } }],
    pods: [],
  });
}

function factsOf({ objects }: FakeCluster, ...missing: (keyof ClusterFacts)[]): ClusterFacts {
  const asked = (key: keyof ClusterFacts, plural: string): ClusterFacts[keyof ClusterFacts] =>
    missing.includes(key)
      ? { kind: 'refused', status: 403, message: 'not allowed' }
      : { kind: 'ok', value: objects[plural] ?? [] };
  return {
    nodes: asked('nodes', 'nodes'),
    namespaces: asked('namespaces', 'namespaces'),
    deployments: asked('deployments', 'deployments'),
    crds: asked('crds', 'customresourcedefinitions'),
    webhooks: asked('webhooks', 'mutatingwebhookconfigurations'),
  };
}

function problems(diagnoses: readonly Diagnosis[]): string[] {
  return diagnoses.filter(({ state }) => state === 'problem').map(({ what }) => what);
}

describe('flak doctor', () => {
  it('finds nothing wrong with a good machine', async () => {
    const { code, out } = await runAgainst(cluster(), 'doctor', { checkHere: () => Promise.resolve(GOOD) });
    assert.equal(code, 0);
    assert.match(out, /^ok +this machine +kernel +Linux 6\.1\.0-13-amd64 on x64$/m);
  });

  for (const [what, facts] of [
    ['kernel', { kernel: '4.19.0' }],
    ['kernel', { architecture: 's390x' }],
    ['BTF', { btf: false }],
    ['lockdown', { lockdown: 'none integrity [confidentiality]' }],
    ['cgroups', { cgroups: 'v1' }],
    ['libbpf', { libbpf: false }],
    ['ledger', { refusal: { refusal: 'memlock', detail: 'limit is 64 kB' } }],
  ] as const)
    it(`names what is wrong with ${what} (${JSON.stringify(facts)}), and what helps`, async () => {
      const checkHere = () => Promise.resolve({ ...GOOD, ...facts });
      const { code, out, notes } = await runAgainst(cluster(), 'doctor -o json', { checkHere });
      assert.equal(code, 1, notes);
      const { diagnoses } = JSON.parse(out) as { diagnoses: Diagnosis[] };
      assert.deepEqual(problems(diagnoses), [what]);
      assert.ok(diagnoses.every(({ state, remedy }) => state === 'fine' || remedy !== ''));
    });

  it('has a remedy for every refusal of the ledger', () => {
    for (const refusal of [
      ...(Object.keys(REFUSALS) as (keyof typeof REFUSALS)[]),
      'no-libbpf',
      'not-loaded',
    ] as const) {
      const said = diagnoseNode('here', { ...GOOD, refusal: { refusal, detail: 'why' } }).at(-1);
      assert.equal(said?.state, 'problem');
      assert.ok(said.remedy.length > 5, refusal);
    }
  });

  it('takes cgroups of both versions and an unmounted BPF file system for what they are: no problem', () => {
    const said = diagnoseNode('here', { ...GOOD, cgroups: 'hybrid', bpfFileSystem: false, lockdown: '' });
    assert.deepEqual(problems(said), []);
    assert.deepEqual(
      said.filter(({ state }) => state === 'warning').map(({ what }) => what),
      ['cgroups'],
    );
  });

  it('finds nothing wrong with a good cluster', () => {
    assert.deepEqual(
      diagnoseCluster(factsOf(cluster())).filter(({ state }) => state !== 'fine'),
      [],
    );
  });

  it('names what a cluster lacks', () => {
    const bare = new FakeCluster({ nodes: [node('one')] });
    const expected = ['custom resources', 'control plane', 'webhook', 'Pod Security'];
    assert.deepEqual(problems(diagnoseCluster(factsOf(bare))), expected);
    const idle = cluster();
    idle.objects['deployments'] = [{ metadata: { name: 'flak' }, spec: {}, status: {} }];
    assert.deepEqual(problems(diagnoseCluster(factsOf(idle))), ['control plane']);
    const strict = cluster();
    strict.objects['namespaces'] = [{ metadata: { name: 'flak-system' } }];
    assert.equal(diagnoseCluster(factsOf(strict)).at(-1)?.state, 'warning');
  });

  it('tells nodes that can not be traced by what their kubelets report', () => {
    const mixed = cluster();
    mixed.objects['nodes'] = [
      node('old', { kernelVersion: '5.4.0-100' }),
      node('windows', { operatingSystem: 'windows' }),
      node('z', { architecture: 's390x' }),
    ];
    const said = diagnoseCluster(factsOf(mixed)).filter(({ what }) => what === 'node');
    assert.deepEqual(
      said.map(({ state }) => state),
      ['problem', 'warning', 'warning'],
    );
  });

  it('says what it may not ask', () => {
    for (const key of ['namespaces', 'deployments', 'crds', 'webhooks', 'nodes'] as const)
      assert.equal(problems(diagnoseCluster(factsOf(cluster(), key))).length, 1, key);
  });

  it('says that the API server is not there', async () => {
    const { code, out } = await runAgainst(cluster(), 'doctor --cluster', {
      connect: () => environment('no kubeconfig'),
    });
    assert.equal(code, 1);
    assert.match(out, /problem +cluster +API server +no kubeconfig/);
  });
});

describe('flak doctor --nodes', () => {
  async function look(
    words: string | null,
    more: Record<string, unknown> = {},
  ): Promise<{ out: string; pods: number; seen: StoredObject[] }> {
    const fake = cluster();
    const seen: StoredObject[] = [];
    fake.onCreate = (_, pod) => {
      seen.push(structuredClone(pod));
      const state =
        words === null ? { waiting: { reason: 'ErrImagePull' } } : { terminated: { exitCode: 0, message: words } };
      pod['status'] = { containerStatuses: [{ state }], ...more };
    };
    const { out } = await runAgainst(fake, 'doctor --nodes');
    return { out, pods: fake.objects['pods']?.length ?? 0, seen };
  }

  it("runs the tracer's image once per Linux node, privileged, and removes it", async () => {
    const { out, pods, seen } = await look(JSON.stringify(GOOD));
    assert.match(out, /ok +node one +ledger +its programs load/);
    assert.equal(pods, 0);
    assert.equal(seen.length, 1);
    const spec = seen[0]?.['spec'] as { nodeName: string; containers: { image: string }[] };
    assert.equal(spec.nodeName, 'one');
    assert.equal(spec.containers[0]?.image, 'flak-tracer:1');
  });

  it('names a refusal of the node with its remedy', async () => {
    const { out } = await look(
      JSON.stringify({ ...GOOD, btf: false, refusal: { refusal: 'no-btf', detail: 'missing' } }),
    );
    assert.match(out, /problem +node one +ledger +no-btf: missing: boot a kernel with CONFIG_DEBUG_INFO_BTF/);
  });

  it('says that no answer came, and why, and removes the pod all the same', async () => {
    const pulled = await look(null);
    assert.match(pulled.out, /problem +node one +ledger +no answer within 120 s: ErrImagePull/);
    assert.equal(pulled.pods, 0);
    assert.match((await look('a stack trace')).out, /the check ended with a stack trace/);
    assert.match((await look(null, { phase: 'Failed', message: 'OutOfpods' })).out, /OutOfpods/);
  });

  it('asks for an installation where none names an image', async () => {
    const fake = cluster();
    fake.objects['deployments'] = [];
    assert.match((await runAgainst(fake, 'doctor --nodes')).out, /names no tracer image: install Flak first/);
  });
});

describe('the look at a node', () => {
  it('parses what it prints, and nothing else', () => {
    assert.deepEqual(nodeCheckSchema.parse(JSON.parse(JSON.stringify(GOOD))), GOOD);
    assert.ok(!nodeCheckSchema.safeParse({ ...GOOD, cgroups: 'v3' }).success);
  });
});
