import assert from 'node:assert/strict';
import type { Kubectl } from '../../e2e/kubectl.ts';

interface Listed {
  readonly items: readonly { kind: string; metadata: { name: string; resourceVersion: string } }[];
}

const ENTRIES = ['mutatingwebhookconfiguration/flak', 'validatingwebhookconfiguration/flak-uninstall'] as const;

async function versions(kubectl: Kubectl): Promise<Record<string, string>> {
  const { items } = await kubectl.json<Listed>(['get', '-k', 'manifests']);
  return Object.fromEntries(items.map(({ kind, metadata: m }) => [`${kind}/${m.name}`, m.resourceVersion]));
}

/** What the control plane does when it has its certificate. */
async function writeCaBundles(kubectl: Kubectl): Promise<void> {
  const value = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
  for (const configuration of ENTRIES) {
    const { webhooks } = await kubectl.json<{ webhooks: unknown[] }>(['get', configuration]);
    const patch = webhooks.map((_, i) => ({ op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value }));
    await kubectl.run(['patch', configuration, '--type=json', '-p', JSON.stringify(patch)]);
  }
}

async function caBundles(kubectl: Kubectl): Promise<(string | undefined)[]> {
  const found = await Promise.all(
    ENTRIES.map((name) => kubectl.json<{ webhooks: { clientConfig: { caBundle?: string } }[] }>(['get', name])),
  );
  return found.flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => clientConfig.caBundle));
}

export function installCases(kubectl: () => Kubectl): void {
  describe('install', () => {
    it('changes no object when it is applied again', async () => {
      const before = await versions(kubectl());
      await kubectl().run(['apply', '-k', 'manifests']);
      assert.deepEqual(await versions(kubectl()), before);
    });

    it('shows no difference, and keeps caBundle, after the control plane has written it', async () => {
      await writeCaBundles(kubectl());
      const written = await caBundles(kubectl());
      assert.ok(written.length === 7 && written.every((bundle) => bundle !== undefined));
      assert.equal(await kubectl().run(['diff', '-k', 'manifests']), '');
      await kubectl().run(['apply', '-k', 'manifests']);
      assert.deepEqual(await caBundles(kubectl()), written);
    });

    it('does so with server-side apply as well, as GitOps controllers use it', async () => {
      const written = await caBundles(kubectl());
      await kubectl().run(['apply', '--server-side', '--force-conflicts', '-k', 'manifests']);
      assert.equal(await kubectl().run(['diff', '--server-side', '--force-conflicts', '-k', 'manifests']), '');
      assert.deepEqual(await caBundles(kubectl()), written);
    });

    it('draws no warning from the API server', async () => {
      const { stderr } = await kubectl().attempt(['apply', '--dry-run=server', '-k', 'manifests']);
      assert.equal(stderr, '');
    });

    it("has policies without type errors in the API server's eyes", async () => {
      interface Policy {
        metadata: { name: string };
        status?: { typeChecking?: { expressionWarnings?: unknown[] } };
      }
      const { items } = await kubectl().json<{ items: Policy[] }>(['get', 'validatingadmissionpolicies']);
      assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), [
        'flak-own-namespace',
        'flak-own-webhooks',
        'flak-pods',
        'flak-tracers',
      ]);
      for (const { status, metadata } of items)
        assert.deepEqual(status?.typeChecking?.expressionWarnings ?? [], [], metadata.name);
    });
  });
}
