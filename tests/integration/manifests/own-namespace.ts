import type { Kubectl, KubectlAnswer } from '../../e2e/kubectl.ts';
import { assertAllowed, assertRefused, FLAKS_ACCOUNT, untilRefused, withEveryRight } from './flaks-account.ts';

const POLICY = 'flak-own-namespace';

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'flak-system' } };
}

function secret(name: string, type?: string): object {
  const annotations = { 'kubernetes.io/service-account.name': 'flak-webhook' };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'flak-system', annotations }, type };
}

function lease(name: string): object {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'flak-system' } };
}

function plainPod(name: string, namespace: string): object {
  const containers = [{ name: 'app', image: 'docker.io/library/debian:bookworm-slim' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers } };
}

const CREATIONS: readonly (readonly [title: string, object: object, refusedBecause?: RegExp])[] = [
  ['the ConfigMap flak-endpoint', configMap('flak-endpoint')],
  ["a trace's ConfigMap", configMap('trace-b7e3f2c0-0000-4000-8000-000000000001')],
  ['another ConfigMap', configMap('kube-root-ca.crt'), /ConfigMaps/],
  ['the Secret flak-certificates', secret('flak-certificates')],
  ['another Secret', secret('other'), /one Secret/],
  [
    "a Secret that would be a ServiceAccount's token",
    secret('flak-certificates', 'kubernetes.io/service-account-token'),
    /one Secret/,
  ],
  ['the Lease flak-controller', lease('flak-controller')],
  ['another Lease', lease('other'), /one Lease/],
  ['a dry-run pod in flak-probe', plainPod('probe', 'flak-probe')],
  ['a ConfigMap in flak-probe', { ...configMap('x'), metadata: { name: 'x', namespace: 'flak-probe' } }, /flak-probe/],
];

export function ownNamespaceCases(kubectl: () => Kubectl): void {
  describe("Flak's account, in its own namespaces, may", () => {
    withEveryRight(kubectl);
    const asFlak = (args: readonly string[], object?: object): Promise<KubectlAnswer> =>
      kubectl()
        .as(FLAKS_ACCOUNT)
        .attempt(args, object && JSON.stringify(object));

    before(async () => {
      await untilRefused(() => asFlak(['create', '--dry-run=server', '-f', '-'], configMap('other')));
      for (const object of [configMap('other'), configMap('trace-x'), plainPod('control-plane', 'flak-system')])
        await kubectl().run(['create', '-f', '-'], JSON.stringify(object));
    });
    after(() =>
      kubectl().run([
        'delete',
        '-n',
        'flak-system',
        'configmap/other',
        'configmap/trace-x',
        'pod/control-plane',
        '--force',
      ]),
    );

    for (const [title, object, refusedBecause] of CREATIONS)
      it(`${refusedBecause === undefined ? '' : 'not '}make ${title}`, async () => {
        const answer = await asFlak(['create', '--dry-run=server', '-f', '-'], object);
        if (refusedBecause === undefined) assertAllowed(answer);
        else assertRefused(answer, POLICY, refusedBecause);
      });

    it('not make a pod in flak-probe that is no dry run', async () => {
      assertRefused(await asFlak(['create', '-f', '-'], plainPod('probe', 'flak-probe')), POLICY, /dry-run/);
    });

    it("change and delete a trace's ConfigMap, not another", async () => {
      const patch = ['--type=merge', '-p', '{"data":{"a":"b"}}', '-n', 'flak-system', '--dry-run=server'];
      assertAllowed(await asFlak(['patch', 'configmap/trace-x', ...patch]));
      assertRefused(await asFlak(['patch', 'configmap/other', ...patch]), POLICY, /ConfigMaps/);
      const remove = ['delete', '-n', 'flak-system', '--dry-run=server'];
      assertAllowed(await asFlak([...remove, 'configmap/trace-x']));
      assertRefused(await asFlak([...remove, 'configmap/other']), POLICY, /ConfigMaps/);
    });

    it('not delete the control plane', async () => {
      const answer = await asFlak(['delete', 'pod/control-plane', '-n', 'flak-system', '--dry-run=server']);
      assertRefused(answer, POLICY, /no pods but tracers/);
    });
  });
}
