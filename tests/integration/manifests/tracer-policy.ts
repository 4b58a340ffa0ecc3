import { tracerPod, type TracerOrder } from '../../../webhook/controller/tracer-pod.ts';
import { USER_ANNOTATIONS } from '../../../webhook/names.ts';
import { readWishes } from '../../../webhook/wishes.ts';
import { withOverlay } from '../../e2e/install.ts';
import type { Kubectl, KubectlAnswer } from '../../e2e/kubectl.ts';
import { TRACER_SETTINGS } from '../../unit/webhook/controller/tracer-settings.ts';
import {
  assertAllowed,
  assertRefused,
  FLAKS_ACCOUNT,
  untilAllowed,
  untilRefused,
  withEveryRight,
} from './flaks-account.ts';

const IMAGE = 'ghcr.io/flak-dev/flak-tracer';
/** What the manifests name. */
const RELEASED = Object.fromEntries(
  ['webhook', 'gate', 'tracer'].map((name) => [`ghcr.io/flak-dev/flak-${name}`, `ghcr.io/flak-dev/flak-${name}:0.1.0`]),
);
const UID = 'b7e3f2c0-0000-4000-8000-000000000001';

/** What the code makes, so that policy and code can't drift apart; with lines of file accesses it mounts the most. */
const TRACER = tracerPod(
  {
    target: {
      uid: UID,
      namespace: 'default',
      name: 'web',
      nodeName: 'node-1',
      graceSeconds: 30,
      containers: [],
      gateTimeoutMs: null,
      wishes: readWishes({ [USER_ANNOTATIONS.files]: 'lines' }).wishes,
    } as unknown as TracerOrder['target'],
    nodeUid: UID,
    image: `${IMAGE}:0.1.0`,
    arming: 'before-gate',
    medium: 'hostPath',
    facts: { namespace: 'default', podName: 'web', workload: null },
  },
  TRACER_SETTINGS,
) as { metadata: object; spec: { containers: readonly [Container]; volumes: readonly object[] } };

interface Container {
  readonly name: string;
  readonly volumeMounts: readonly object[];
}

const SPEC = TRACER.spec;
const [CONTAINER] = SPEC.containers;
const TOKEN = { serviceAccountToken: { path: 'token', audience: 'flak', expirationSeconds: 3600 } };

function tracer(spec: object): object {
  return { ...TRACER, spec: { ...SPEC, ...spec } };
}

function withContainer(change: object): object {
  return { containers: [{ ...CONTAINER, ...change }] };
}

function withMount(mount: object): object {
  return withContainer({ volumeMounts: [...CONTAINER.volumeMounts, mount] });
}

function withVolume(volume: object): object {
  return { volumes: [...SPEC.volumes, { name: 'more', ...volume }] };
}

const CASES: readonly (readonly [title: string, spec: object, refusedBecause?: RegExp])[] = [
  ['as the controller makes it', {}],
  ['of another image', withContainer({ image: 'docker.io/library/busybox:1' }), /of the image/],
  ['of the gate image', withContainer({ image: 'ghcr.io/flak-dev/flak-gate:0.1.0' }), /of the image/],
  ['with a second container', { containers: [CONTAINER, { ...CONTAINER, name: 'second' }] }, /one container/],
  ['with an init container', { initContainers: [{ ...CONTAINER, name: 'first' }] }, /one container/],
  ['with a command', withContainer({ command: ['sh'] }), /as it is/],
  ['with arguments', withContainer({ args: ['-c', 'id'] }), /as it is/],
  ['with a hook', withContainer({ lifecycle: { postStart: { exec: { command: ['id'] } } } }), /as it is/],
  ['with a probe', withContainer({ livenessProbe: { exec: { command: ['id'] } } }), /as it is/],
  ['with a readiness probe', withContainer({ readinessProbe: { exec: { command: ['id'] } } }), /as it is/],
  ['with a startup probe', withContainer({ startupProbe: { exec: { command: ['id'] } } }), /as it is/],
  ['with an environment from elsewhere', withContainer({ envFrom: [{ configMapRef: { name: 'x' } }] }), /as it is/],
  ['with NODE_OPTIONS', withContainer({ env: [{ name: 'NODE_OPTIONS', value: '--import=x' }] }), /FLAK_/],
  ['in another directory', withContainer({ workingDir: '/etc/flak/endpoint' }), /as it is/],
  ['with something over its files', withMount({ name: 'endpoint', mountPath: '/app' }), /over its image/],
  [
    'with one file over another',
    withMount({ name: 'run', mountPath: '/etc/flak/endpoint/x', subPath: 'x' }),
    /over its image/,
  ],
  [
    'with a part of a volume',
    withContainer({ volumeMounts: [{ name: 'run', mountPath: '/host/run', subPath: 'x' }] }),
    /over its image/,
  ],
  ['under another account', { serviceAccountName: 'flak-webhook' }, /flak-tracer/],
  ['with a token for the API server', { automountServiceAccountToken: true }, /without a token/],
  ['for no node', { nodeName: undefined }, /one node/],
  ["with the host's root", withVolume({ hostPath: { path: '/' } }), /host paths/],
  ['with a Secret', withVolume({ secret: { secretName: 'flak-certificates' } }), /host paths/],
  ['with another ConfigMap', withVolume({ configMap: { name: 'trace-x' } }), /host paths/],
  [
    'with another projected ConfigMap',
    withVolume({ projected: { sources: [{ configMap: { name: 'x' } }] } }),
    /host paths/,
  ],
  [
    'with a token of another audience',
    withVolume({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }),
    /host paths/,
  ],
  ['with a projected Secret', withVolume({ projected: { sources: [TOKEN, { secret: { name: 'x' } }] } }), /host paths/],
];

export function tracerPolicyCases(kubectl: () => Kubectl): void {
  describe("Flak's account may make a privileged pod", () => {
    withEveryRight(kubectl);
    const create = (spec: object): Promise<KubectlAnswer> =>
      kubectl()
        .as(FLAKS_ACCOUNT)
        .attempt(['create', '--dry-run=server', '-f', '-'], JSON.stringify(tracer(spec)));

    before(() => untilRefused(() => create({ nodeName: undefined })));

    for (const [title, spec, refusedBecause] of CASES)
      it(`${refusedBecause === undefined ? '' : 'not '}${title}`, async () => {
        const answer = await create(spec);
        if (refusedBecause === undefined) assertAllowed(answer);
        else assertRefused(answer, 'flak-tracers', refusedBecause);
      });

    it('not without the labels of a tracer', async () => {
      const unlabelled = { ...tracer({}), metadata: { name: 'tracer-x', namespace: 'flak-system' } };
      const answer = await kubectl()
        .as(FLAKS_ACCOUNT)
        .attempt(['create', '--dry-run=server', '-f', '-'], JSON.stringify(unlabelled));
      assertRefused(answer, 'flak-own-namespace', /no pods but tracers/);
    });

    it('of the image that an upgrade brings, also when Flak had been removed and installed again before', async () => {
      const policy = ['validatingadmissionpolicybinding/flak-tracers', 'validatingadmissionpolicy/flak-tracers'];
      const upgraded = { containers: [{ ...CONTAINER, image: `${IMAGE}:0.2.0` }] };
      await kubectl().run(['delete', ...policy]);
      await untilAllowed(() => create(upgraded));
      await kubectl().run(['apply', '-k', 'manifests']);
      await untilRefused(() => create(upgraded));
      await withOverlay({ ...RELEASED, [IMAGE]: `${IMAGE}:0.2.0` }, (overlay) =>
        kubectl().run(['apply', '-k', overlay]),
      );
      await untilAllowed(() => create(upgraded));
      assertRefused(await create({}), 'flak-tracers', /of the image/);
      await kubectl().run(['apply', '-k', 'manifests']);
    });
  });
}
