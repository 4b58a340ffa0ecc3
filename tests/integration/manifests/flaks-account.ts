/** Flak's account with every right that RBAC has: what is refused then, a policy refuses. */
import assert from 'node:assert/strict';
import { waitUntil } from '../../cluster/wait-until.ts';
import type { Kubectl, KubectlAnswer } from '../../e2e/kubectl.ts';

export const FLAKS_ACCOUNT = 'system:serviceaccount:flak-system:flak-webhook';

/** Registers hooks that bind the account to cluster-admin while the suite runs. */
export function withEveryRight(kubectl: () => Kubectl): void {
  const binding = ['clusterrolebinding', 'flak-has-every-right'];
  before(async () => {
    await kubectl().run(['create', ...binding, '--clusterrole=cluster-admin', `--user=${FLAKS_ACCOUNT}`]);
    await waitUntil(
      'the binding counts',
      async () => {
        const { exitCode } = await kubectl()
          .as(FLAKS_ACCOUNT)
          .attempt(['auth', 'can-i', '*', '*', '--all-namespaces', '-q']);
        return exitCode === 0;
      },
      { limitMs: 60_000 },
    );
  });
  after(() => kubectl().run(['delete', ...binding]));
}

/** Policies count a moment after they are created: waits until `attempt` is refused. */
export async function untilRefused(attempt: () => Promise<KubectlAnswer>): Promise<void> {
  await waitUntil('the policy counts', async () => (await attempt()).exitCode !== 0, { limitMs: 90_000 });
}

/** The other way round. */
export async function untilAllowed(attempt: () => Promise<KubectlAnswer>): Promise<void> {
  await waitUntil('the policy allows it', async () => (await attempt()).exitCode === 0, { limitMs: 90_000 });
}

/** Asserts that the policy refused, by this message and not by another or by the API's own validation. */
export function assertRefused({ exitCode, stderr }: KubectlAnswer, policy: string, message: RegExp): void {
  assert.notEqual(exitCode, 0, 'nobody refused');
  assert.match(stderr, new RegExp(`ValidatingAdmissionPolicy '${policy}'`));
  assert.match(stderr, message);
}

export function assertAllowed({ exitCode, stderr }: KubectlAnswer): void {
  assert.equal(exitCode, 0, stderr);
}
