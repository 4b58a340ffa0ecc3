import type { Kubectl, KubectlAnswer } from '../../e2e/kubectl.ts';
import { assertAllowed, assertRefused, FLAKS_ACCOUNT, untilRefused, withEveryRight } from './flaks-account.ts';

const BUNDLE = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
const RULE = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };
const EVERYTHING = { url: 'https://198.18.0.1/mutate' };

type Case = readonly [title: string, field: string, value: unknown, allowed?: 'allowed'];

const CASES: readonly Case[] = [
  ['write caBundle', '/webhooks/0/clientConfig/caBundle', BUNDLE, 'allowed'],
  ['widen the rules', '/webhooks/0/rules', [RULE]],
  ['widen the objects', '/webhooks/0/objectSelector', {}],
  ['choose other namespaces', '/webhooks/0/namespaceSelector', { matchLabels: { any: 'label' } }],
  ['add a condition', '/webhooks/0/matchConditions', [{ name: 'all', expression: 'true' }]],
  ['send reviews elsewhere', '/webhooks/0/clientConfig', EVERYTHING],
  ['send reviews to another Service', '/webhooks/0/clientConfig/service/namespace', 'default'],
  ['send reviews to another path', '/webhooks/0/clientConfig/service/path', '/other'],
  ['fail closed', '/webhooks/0/failurePolicy', 'Fail'],
  ['wait longer', '/webhooks/0/timeoutSeconds', 29],
  ['match less', '/webhooks/0/matchPolicy', 'Exact'],
  ['rename an entry', '/webhooks/0/name', 'other.flak.dev'],
  ['remove all entries', '/webhooks', []],
];

export function ownWebhookCases(kubectl: () => Kubectl): void {
  describe("Flak's account, on its webhook configurations, may", () => {
    withEveryRight(kubectl);
    const patch = (configuration: string, path: string, value: unknown): Promise<KubectlAnswer> =>
      kubectl()
        .as(FLAKS_ACCOUNT)
        .attempt([
          'patch',
          configuration,
          '--type=json',
          '-p',
          JSON.stringify([{ op: 'add', path, value }]),
          '--dry-run=server',
        ]);

    before(() => untilRefused(() => patch('mutatingwebhookconfiguration/flak', '/webhooks/0/failurePolicy', 'Fail')));

    for (const configuration of ['mutatingwebhookconfiguration/flak', 'validatingwebhookconfiguration/flak-uninstall'])
      for (const [title, path, value, allowed] of CASES)
        it(`${allowed ?? 'not'} to ${title}: ${configuration.replace('webhookconfiguration', '')}`, async () => {
          const answer = await patch(configuration, path, value);
          if (allowed) assertAllowed(answer);
          else assertRefused(answer, 'flak-own-webhooks', /nothing of a webhook configuration but caBundle/);
        });

    it('not be called again and again: reinvocationPolicy stays', async () => {
      const answer = await patch('mutatingwebhookconfiguration/flak', '/webhooks/0/reinvocationPolicy', 'Never');
      assertRefused(answer, 'flak-own-webhooks', /caBundle/);
    });
  });
}
