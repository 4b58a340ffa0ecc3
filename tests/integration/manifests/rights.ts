import assert from 'node:assert/strict';
import type { Kubectl } from '../../e2e/kubectl.ts';

const TRACER = 'system:serviceaccount:flak-system:flak-tracer';
const WEBHOOK = 'system:serviceaccount:flak-system:flak-webhook';

async function rightsOf(kubectl: Kubectl, user: string, namespace: string): Promise<string[]> {
  const listed = await kubectl.as(user).run(['auth', 'can-i', '--list', '--no-headers', '-n', namespace]);
  return listed.trim().split('\n').sort();
}

/** Verbs that may be asked for one resource (`resource/name`, `resource#subresource`): what RBAC answers, not what the manifests say. */
async function allowed(kubectl: Kubectl, what: string, namespace: string, verbs: readonly string[]): Promise<string[]> {
  const [resource = '', subresource = ''] = what.split('#');
  const question = [resource, `--subresource=${subresource}`, '-n', namespace, '-q'];
  const answers = await Promise.all(
    verbs.map((verb) => kubectl.as(WEBHOOK).attempt(['auth', 'can-i', verb, ...question])),
  );
  return verbs.filter((_, i) => answers[i]?.exitCode === 0);
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;

export function rightsCases(kubectl: () => Kubectl): void {
  describe('rights', () => {
    it('of the tracers are those of any ServiceAccount in a cluster without Flak', async () => {
      const anyAccount = 'system:serviceaccount:default:nobody-in-particular';
      for (const namespace of ['flak-system', 'flak-probe', 'default'])
        assert.deepEqual(
          await rightsOf(kubectl(), TRACER, namespace),
          await rightsOf(kubectl(), anyAccount, namespace),
        );
    });

    const table: readonly (readonly [what: string, namespace: string, verbs: readonly string[]])[] = [
      ['pods', 'default', ['get', 'list', 'watch', 'patch']],
      ['pods', 'flak-system', ['get', 'list', 'watch', 'create', 'patch', 'delete']],
      ['pods', 'flak-probe', ['get', 'list', 'watch', 'create', 'patch']],
      ['pods#exec', 'flak-system', []],
      ['pods#ephemeralcontainers', 'default', []],
      ['pods#eviction', 'default', ['create']],
      ['secrets', 'default', []],
      ['secrets', 'flak-system', ['create']],
      ['secrets/flak-certificates', 'flak-system', ['get', 'create', 'update']],
      ['configmaps', 'default', []],
      ['deployments.apps', 'flak-system', []],
      ['serviceaccounts#token', 'flak-system', []],
      ['clusterroles', 'default', []],
      ['clusterroles/flak-webhook', 'default', ['get']],
      ['clusterrolebindings/flak-webhook', 'default', ['get']],
      ['roles/flak-webhook', 'flak-system', ['get']],
      ['rolebindings/flak-webhook', 'flak-probe', ['get']],
      ['roles/flak-webhook', 'default', []],
      ['serviceaccounts', 'flak-system', []],
      ['serviceaccounts/flak-tracer', 'flak-system', ['get']],
      ['customresourcedefinitions', 'default', []],
      ['customresourcedefinitions/traces.flak.dev', 'default', ['get']],
      ['mutatingwebhookconfigurations', 'default', []],
      ['mutatingwebhookconfigurations/flak', 'default', ['get', 'patch']],
      ['validatingadmissionpolicies', 'default', []],
      ['traces', 'default', ['get', 'list', 'watch', 'create', 'delete']],
      ['traces#status', 'default', ['patch']],
      ['syscallprofiles', 'default', ['get', 'create']],
      ['syscallprofiles#status', 'default', ['update']],
      ['nodes', 'default', ['get']],
      ['runtimeclasses', 'default', ['get']],
      ['podtemplates', 'flak-system', []],
      ['podtemplates/flak-images', 'flak-system', ['get']],
    ];
    for (const [what, namespace, verbs] of table)
      it(`of the control plane on ${what} in ${namespace} are: ${verbs.join(', ') || 'none'}`, async () => {
        assert.deepEqual(await allowed(kubectl(), what, namespace, VERBS), verbs);
      });
  });
}
