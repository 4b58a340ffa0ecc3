import { deepEqual } from 'node:assert/strict';
import { createCaches } from '../../../../webhook/kube/caches.ts';
import type { KubeCall } from '../../../../webhook/kube/request.ts';

describe('the lists that fill the caches', () => {
  it('have pages that fit into memory: few ConfigMaps, each of which may carry a report of 512 KiB', async () => {
    const ending = new AbortController();
    const lists: KubeCall[] = [];
    const caches = createCaches({
      request: (call) => {
        lists.push(call);
        return Promise.resolve({ metadata: { resourceVersion: '1' }, items: [] });
      },
      stream: () => Promise.reject(new TypeError('nothing is watched here')),
      reconnect: () => undefined,
      sleep: () => {
        ending.abort();
        return Promise.resolve();
      },
      random: () => 0,
      onTrouble: () => undefined,
    });
    await caches.reports.run(ending.signal);
    deepEqual(
      lists.map(({ path, query }) => [path.split('/').at(-1), query?.['limit']]),
      [['configmaps', 25]],
    );
  });
});
