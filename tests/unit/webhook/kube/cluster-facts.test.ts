import { deepEqual, equal } from 'node:assert/strict';
import { createClusterFacts } from '../../../../webhook/kube/cluster-facts.ts';
import { ApiException } from '../../../../webhook/kube/outcome.ts';
import type { Cache } from '../../../../webhook/kube/watch.ts';
import type { NamespaceRecord } from '../../../../webhook/kube/caches.ts';

const NOBODY: Pick<Cache<NamespaceRecord>, 'get'> = { get: () => undefined };

/** An API server with these objects by path; a number is an HTTP status. */
function factsOf(objects: Readonly<Record<string, object | number>>) {
  const asked: string[] = [];
  let now = 0;
  const request = ({ path }: { path: string }): Promise<unknown> => {
    asked.push(path);
    const answer = objects[path] ?? 404;
    if (typeof answer !== 'number') return Promise.resolve(answer);
    return Promise.reject(new ApiException(answer, path, '{}', {}));
  };
  const facts = createClusterFacts(request, { namespaces: NOBODY as Cache<NamespaceRecord> }, () => now);
  return {
    facts,
    asked,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

const GVISOR = '/apis/node.k8s.io/v1/runtimeclasses/sandboxed';
const JOB = '/apis/batch/v1/namespaces/shop/jobs/once';

describe('what admission asks of the cluster', () => {
  it("says a runtime class's handler and where it puts pods", async () => {
    const scheduling = { nodeSelector: { 'kubernetes.io/os': 'windows' } };
    const { facts } = factsOf({ [GVISOR]: { handler: 'runsc', scheduling } });
    deepEqual(await facts.runtimeClass('sandboxed'), { handler: 'runsc', ...scheduling });
  });

  it('asks once a minute for the same runtime class', async () => {
    const { facts, asked, wait } = factsOf({ [GVISOR]: { handler: 'runsc' } });
    deepEqual(await facts.runtimeClass('sandboxed'), { handler: 'runsc', nodeSelector: {} });
    await facts.runtimeClass('sandboxed');
    equal(asked.length, 1);
    wait(60_001);
    await facts.runtimeClass('sandboxed');
    equal(asked.length, 2);
  });

  it('leaves a runtime class to its name where there is none, or nobody answers, or it may not be read', async () => {
    for (const answer of [404, 503, 403]) {
      const { facts, asked } = factsOf({ [GVISOR]: answer });
      equal(await facts.runtimeClass('sandboxed'), undefined);
      await facts.runtimeClass('sandboxed');
      equal(asked.length, 2, 'an absence is not kept');
    }
  });

  it('asks for a namespace that no cache knows yet', async () => {
    const { facts } = factsOf({
      '/api/v1/namespaces/new': { metadata: { name: 'new', labels: { 'flak.dev/trace': 'true' } } },
    });
    deepEqual(await facts.namespace('new'), { labels: { 'flak.dev/trace': 'true' }, terminating: false });
    equal(await facts.namespace('none'), undefined);
  });

  it('says whether a Job judges failures by itself, and that it does not know of a Job that is not there yet', async () => {
    const { facts, asked } = factsOf({ [JOB]: { spec: { podFailurePolicy: { rules: [] } } } });
    equal(await facts.podFailurePolicy('shop', 'once'), true);
    equal(await facts.podFailurePolicy('shop', 'once'), true);
    equal(asked.length, 1);
    equal(await facts.podFailurePolicy('shop', 'other'), 'unknown');
  });
});
