import { startApiServer, type ApiServer } from './apiserver.ts';
import { crdCases } from './manifests/crds.ts';
import { deadControlPlaneCases } from './manifests/dead-control-plane.ts';
import { entryCases } from './manifests/entries.ts';
import { installCases } from './manifests/install.ts';
import { ownNamespaceCases } from './manifests/own-namespace.ts';
import { ownWebhookCases } from './manifests/own-webhooks.ts';
import { podPolicyCases } from './manifests/pod-policy.ts';
import { rightsCases } from './manifests/rights.ts';
import { tracerPolicyCases } from './manifests/tracer-policy.ts';
import { underItsOwnAccountCases } from './manifests/under-its-own-account.ts';
import { uninstallCases } from './manifests/uninstall.ts';

/** One API server for all: each part cleans up behind itself, the last one uninstalls. */
describe('manifests, applied to a real API server', () => {
  let server: ApiServer | undefined;
  const running = () => {
    if (server === undefined) throw new Error('the API server is not up');
    return server;
  };
  const kubectl = () => running().kubectl;

  before(async function () {
    this.timeout(1_200_000); // a machine's first run compiles Kubernetes
    server = await startApiServer();
    await server.kubectl.run(['apply', '-k', 'manifests']);
  });
  after(() => server?.stop());

  installCases(kubectl);
  rightsCases(kubectl);
  crdCases(kubectl);
  entryCases(kubectl);
  podPolicyCases(kubectl);
  ownNamespaceCases(kubectl);
  tracerPolicyCases(kubectl);
  ownWebhookCases(kubectl);
  deadControlPlaneCases(running);
  underItsOwnAccountCases(running);
  uninstallCases(kubectl);
});
