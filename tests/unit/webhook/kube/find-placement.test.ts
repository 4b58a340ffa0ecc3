/** What a placement is judged by, gathered from the API server and the caches. */
import assert from 'node:assert/strict';
import type { Placement } from '../../../../profile/placement.ts';
import { createFindPlacement, type FindPlacementDeps } from '../../../../webhook/kube/find-placement.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { tracer, UID } from '../controller/facts.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const FILE = `shop.${RUN}.web.json`;
const SECCOMP = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['chroot'], action: 'SCMP_ACT_ALLOW' }],
});
const AWAY = { kind: 'try-later', afterMs: 1, message: 'away' } as const;

interface World {
  readonly pod?: Outcome<unknown>;
  readonly profile?: Outcome<unknown>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly known?: boolean;
}

function canary(securityContext: object = {}, changes: object = {}): Outcome<unknown> {
  const containers = { web: { profile: 'pod-web-web', present: 'unconfined' } };
  const request = JSON.stringify({ run: RUN, mode: 'log', containers });
  const seccompProfile = { type: 'Localhost', localhostProfile: `flak/verify/${FILE}` };
  const spec = {
    activeDeadlineSeconds: 60,
    containers: [{ name: 'web', securityContext: { ...securityContext, seccompProfile } }],
    initContainers: [
      { name: 'flak-gate', securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
      { name: 'bare' },
    ],
    ...changes,
  };
  return {
    kind: 'ok',
    value: { metadata: { name: 'web-1', uid: UID, annotations: { 'flak.dev/verify': request } }, spec },
  };
}

const STORED: Outcome<unknown> = { kind: 'ok', value: { status: { seccomp: SECCOMP } } };

async function find({ pod = canary(), profile = STORED, labels = {}, known = true }: World) {
  const asked: string[] = [];
  const own = tracer({ target: { namespace: 'shop', podName: 'web-1', workload: null } });
  const caches = {
    tracers: { get: () => own },
    tracersByTarget: { keysOf: () => new Set(known ? [own.name] : []) },
    namespaces: { get: () => ({ labels, terminating: false }) },
  } as unknown as FindPlacementDeps['caches'];
  const get = (outcome: Outcome<unknown>) => (namespace: string | null, name: string) => {
    asked.push(`${namespace ?? ''}/${name}`);
    return Promise.resolve(outcome);
  };
  const deps = {
    caches,
    pods: { get: get(pod) },
    profiles: { get: get(profile) },
    clusterDefault: () => 'hostPath' as const,
  };
  return { found: await createFindPlacement(deps)(UID), asked };
}

function placed(found: Outcome<Placement>): string {
  assert.ok(found.kind === 'ok');
  return found.value.kind === 'files' ? (found.value.files[0]?.content ?? '') : found.value.reason;
}

describe('finding what is to be placed', () => {
  it('reads the pod and the profiles that it names, in its own namespace and nowhere else', async () => {
    const { found, asked } = await find({});
    assert.deepEqual(asked, ['shop/web-1', 'shop/pod-web-web']);
    assert.match(placed(found), /^\{"defaultAction":"SCMP_ACT_LOG"/);
  });

  it("goes by the namespace's policy and the container's capabilities", async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    assert.match(placed((await find({ labels })).found), /"SCMP_ACT_ERRNO"/);
    const dropped = canary({ capabilities: { drop: ['ALL'] } });
    assert.match(placed((await find({ labels, pod: dropped })).found), /may have no less: chroot/);
    assert.match(placed((await find({ pod: canary({ privileged: true }) })).found), /is privileged/);
  });

  it('places nothing for a pod that is gone, or another one by now', async () => {
    assert.equal((await find({ known: false })).found.kind, 'not-found');
    assert.equal((await find({ pod: { kind: 'not-found' } })).found.kind, 'not-found');
    const other = { metadata: { name: 'web-1', uid: 'another' }, spec: { containers: [] } };
    assert.equal((await find({ pod: { kind: 'ok', value: other } })).found.kind, 'not-found');
    assert.equal((await find({ pod: { kind: 'ok', value: {} } })).found.kind, 'not-found');
  });

  it('says that a profile is missing, or empty, but not where the API server is away', async () => {
    assert.match(placed((await find({ profile: { kind: 'not-found' } })).found), /no SyscallProfile/);
    assert.match(placed((await find({ profile: { kind: 'ok', value: {} } })).found), /no SyscallProfile/);
    assert.deepEqual((await find({ profile: AWAY })).found, AWAY);
    assert.deepEqual((await find({ pod: AWAY })).found, AWAY);
  });

  it('takes no pod for a canary that asks for nothing', async () => {
    const bare = { metadata: { name: 'web-1', uid: UID }, spec: { containers: [{ name: 'web' }] } };
    assert.match(placed((await find({ pod: { kind: 'ok', value: bare } })).found), /flak.dev\/verify is none/);
    assert.match(
      placed((await find({ pod: canary({}, { activeDeadlineSeconds: null }) })).found),
      /activeDeadlineSeconds/,
    );
  });
});
