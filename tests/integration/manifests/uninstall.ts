import assert from 'node:assert/strict';
import { waitUntil } from '../../cluster/wait-until.ts';
import type { Kubectl } from '../../e2e/kubectl.ts';
import { startReceiver, type Receiver } from './receiver.ts';

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What Flak can't go on without: deleting any of it is uninstalling. */
const HELD_KINDS = new Set([
  'Namespace',
  'Deployment',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
]);
/** Users' roles: Flak works without. */
const FOR_USERS = new Set(['flak-view', 'flak-edit']);

function isHeld({ kind, metadata }: Named): boolean {
  return HELD_KINDS.has(kind) && !FOR_USERS.has(metadata.name);
}

function label({ kind, metadata }: Named): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

async function listed(kubectl: Kubectl, folder: string): Promise<readonly Named[]> {
  return (await kubectl.json<{ items: readonly Named[] }>(['get', '-k', folder])).items;
}

async function pointAt(kubectl: Kubectl, receiver: Receiver): Promise<void> {
  const value = { url: `${receiver.url}/uninstall`, caBundle: receiver.caBundle };
  const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig', value }];
  const configuration = 'validatingwebhookconfiguration/flak-uninstall';
  await kubectl.run(['patch', configuration, '--type=json', '-p', JSON.stringify(patch)]);
}

export function uninstallCases(kubectl: () => Kubectl): void {
  describe('uninstall', () => {
    let receiver: Receiver;
    /** Namespaces end by a controller that isn't running here: they stay, without anything in them. */
    const remove = (...args: string[]) => kubectl().run(['delete', '--wait=false', ...args]);

    before(async () => {
      receiver = await startReceiver();
      await pointAt(kubectl(), receiver);
      await waitUntil(
        'the API server knows the new address',
        async () => {
          await remove('serviceaccount/flak-tracer', '-n', 'flak-system', '--dry-run=server');
          return receiver.calls.length > 0;
        },
        { limitMs: 90_000 },
      );
    });
    after(() => {
      receiver.close();
    });

    it("is asked about each of Flak's own objects that it can't go on without, and about no other", async () => {
      receiver.calls.length = 0;
      const all = await listed(kubectl(), 'manifests');
      await remove('-k', 'manifests', '--dry-run=server');
      const asked = receiver.calls.map(
        ({ kind, namespace, name, operation }) =>
          `${operation} ${kind} ${kind === 'Namespace' ? '' : namespace}/${name}`,
      );
      assert.deepEqual(
        asked.sort(),
        all
          .filter(isHeld)
          .map((object) => `DELETE ${label(object)}`)
          .sort(),
      );
    });

    it('is not set off by something of the same label, or of the same name, that is not ours', async () => {
      receiver.calls.length = 0;
      const others = [
        ['serviceaccount/someone', '-n', 'default'],
        ['serviceaccount/flak-webhook', '-n', 'default'],
      ] as const;
      for (const [name, ...where] of others) {
        await kubectl().run(['create', 'serviceaccount', name.replace('serviceaccount/', ''), ...where]);
        await kubectl().run(['label', name, ...where, 'app.kubernetes.io/part-of=flak']);
        await remove(name, ...where);
      }
      assert.deepEqual(receiver.calls, []);
    });

    it('begins with an object that is held, before anything the control plane needs is gone', async () => {
      receiver.calls.length = 0;
      const lines = (await remove('-k', 'manifests', '--dry-run=server')).split('\n');
      assert.match(lines[0] ?? '', /namespace "flak-probe" deleted/);
      assert.equal(receiver.calls[0]?.kind, 'Namespace');
    });

    it('by the overlay keep-crds leaves CRDs, stored profiles and flak-system, and nothing else', async () => {
      const profile = {
        apiVersion: 'flak.dev/v1alpha1',
        kind: 'SyscallProfile',
        metadata: { name: 'kept', namespace: 'flak-system' },
        spec: { workload: { apiVersion: 'v1', kind: 'Pod', name: 'p' }, container: 'c' },
      };
      await kubectl().run(['create', '-f', '-'], JSON.stringify(profile));
      await remove('-k', 'manifests/overlays/keep-crds');
      const left = await kubectl().json<{ items: readonly Named[] }>(['get', '-k', 'manifests', '--ignore-not-found']);
      assert.deepEqual(left.items.map(label).sort(), [
        'CustomResourceDefinition /syscallprofiles.flak.dev',
        'CustomResourceDefinition /traces.flak.dev',
        'Namespace /flak-probe', // ending
        'Namespace /flak-system',
      ]);
      await kubectl().run(['get', 'syscallprofile/kept', '-n', 'flak-system']);
    });

    it('by `kubectl delete -k` leaves nothing in the cluster but namespaces that are ending', async () => {
      await remove('-k', 'manifests', '--ignore-not-found');
      const left = async (): Promise<string[]> => {
        const found = await kubectl().json<{ items: readonly (Named & { status: { phase: string } })[] }>([
          'get',
          '-k',
          'manifests',
          '--ignore-not-found',
        ]);
        return found.items.map(({ kind, metadata, status }) => `${kind} ${metadata.name} ${status.phase}`);
      };
      // A CRD goes when the API server has removed the objects of its kind.
      const isLeft = async (): Promise<boolean> => (await left()).every((one) => one.startsWith('Namespace '));
      await waitUntil('the CRDs are gone', isLeft, { limitMs: 60_000 });
      assert.deepEqual(await left(), ['Namespace flak-probe Terminating', 'Namespace flak-system Terminating']);
    });
  });
}
