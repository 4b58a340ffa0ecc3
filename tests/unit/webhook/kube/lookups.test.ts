/** What is asked of the API server once and remembered, a bounded number of them. */
import { deepEqual, equal } from 'node:assert/strict';
import { createBoundedCache } from '../../../../webhook/kube/bounded-cache.ts';
import { createCacheIndex } from '../../../../webhook/kube/cache-index.ts';
import { createRecordEvent } from '../../../../webhook/kube/events.ts';
import { createFindNode } from '../../../../webhook/kube/find-node.ts';
import { ApiException } from '../../../../webhook/kube/outcome.ts';
import type { KubeCall } from '../../../../webhook/kube/request.ts';
import type { Cache } from '../../../../webhook/kube/watch.ts';
import { createFindWorkload } from '../../../../webhook/kube/workload.ts';
import { pod } from '../controller/facts.ts';

function answering(objects: Readonly<Record<string, object>>) {
  const calls: KubeCall[] = [];
  const request = (call: KubeCall): Promise<unknown> => {
    calls.push(call);
    const found = objects[call.path];
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(new ApiException(404, '', '{}', {}));
  };
  return { calls, request };
}

describe('a bounded cache', () => {
  it('forgets what is old, and the oldest beyond its bound', () => {
    let now = 0;
    const cache = createBoundedCache<number>(2, 100, () => now);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('c', 3);
    deepEqual(['a', 'b', 'c'].map(cache.get), [undefined, 2, 3]);
    now = 101;
    equal(cache.get('b'), undefined);
  });
});

describe('an index of a cache', () => {
  it('follows values that change their group or go', () => {
    const values = new Map<string, string>();
    let tell: (key: string, value: string) => void = () => undefined;
    const cache = {
      get: (key: string) => values.get(key),
      onChange: (listener: typeof tell) => {
        tell = listener;
      },
    } as unknown as Cache<string>;
    const index = createCacheIndex(cache, (value) => (value === '' ? null : value));
    const put = (key: string, value: string): void => {
      values.set(key, value);
      tell(key, value);
    };
    put('a', 'x');
    put('b', 'x');
    deepEqual([...index.keysOf('x')], ['a', 'b']);
    put('a', 'y');
    put('b', '');
    deepEqual([[...index.keysOf('x')], [...index.keysOf('y')]], [[], ['a']]);
    values.delete('a');
    tell('a', 'y');
    deepEqual([...index.keysOf('y')], []);
  });
});

describe("a target's workload", () => {
  const replicaSet = '/apis/apps/v1/namespaces/shop/replicasets/web';
  const owned = {
    metadata: {
      name: 'web',
      uid: 'rs',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }],
    },
  };

  it('is the Deployment of a ReplicaSet, asked for once for all its pods', async () => {
    const { calls, request } = answering({ [replicaSet]: owned });
    const find = createFindWorkload(request, () => 0);
    for (const name of ['a', 'b']) {
      deepEqual(await find(pod({ name })), { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    }
    equal(calls.length, 1);
  });

  it('is the ReplicaSet where that is gone, or is another one by now', async () => {
    const expected = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web' };
    deepEqual(await createFindWorkload(answering({}).request, () => 0)(pod()), expected);
    const other = { metadata: { ...owned.metadata, uid: 'another' } };
    deepEqual(await createFindWorkload(answering({ [replicaSet]: other }).request, () => 0)(pod()), expected);
  });

  it('is the pod itself where nobody owns it, and an unknown owner without asking', async () => {
    const { calls, request } = answering({});
    const find = createFindWorkload(request, () => 0);
    deepEqual(await find(pod({ owner: null })), { apiVersion: 'v1', kind: 'Pod', name: 'web-1' });
    const owner = { apiVersion: 'example.com/v1', kind: 'Robot', name: 'r', uid: 'r' };
    deepEqual(await find(pod({ owner })), { apiVersion: 'example.com/v1', kind: 'Robot', name: 'r' });
    equal(calls.length, 0);
  });

  it('is not known while the API server is away', async () => {
    const away = () => Promise.reject(new ApiException(503, '', '', {}));
    equal(await createFindWorkload(away, () => 0)(pod()), null);
  });
});

describe("a target's node", () => {
  const node = (labels: object, operatingSystem = 'linux'): object => ({
    metadata: { name: 'n', uid: 'n1', labels },
    status: { nodeInfo: { operatingSystem } },
  });
  const find = (object: object | null) =>
    createFindNode(answering(object === null ? {} : { '/api/v1/nodes/n': object }).request, () => 0)('n');

  it('can be traced, or not', async () => {
    deepEqual(await find(node({})), { kind: 'present', uid: 'n1', traceable: true });
    for (const untraceable of [
      node({ type: 'virtual-kubelet' }),
      node({}, 'windows'),
      node({ 'eks.amazonaws.com/compute-type': 'fargate' }),
    ]) {
      deepEqual(await find(untraceable), { kind: 'present', uid: 'n1', traceable: false });
    }
  });

  it('may be gone, or not given yet', async () => {
    deepEqual(await find(null), { kind: 'gone' });
    deepEqual(await createFindNode(answering({}).request, () => 0)(null), { kind: 'unassigned' });
  });
});

describe('Events on a target', () => {
  const TARGET = { namespace: 'shop', name: 'web-1', uid: 'u1' };
  let dropped: string[];
  const recorder = (request: (call: KubeCall) => Promise<unknown>) => {
    dropped = [];
    return createRecordEvent({
      request,
      now: () => 0,
      randomSuffix: () => 'x',
      identity: 'a',
      onDropped: (reason) => dropped.push(reason),
    });
  };

  it('are said once per pod and reason', () => {
    const { calls, request } = answering({ '/api/v1/namespaces/shop/events': {} });
    const record = recorder(request);
    record(TARGET, 'FlakWaiting', 'one');
    record(TARGET, 'FlakWaiting', 'two');
    record(TARGET, 'FlakNotTraced', 'three');
    record({ ...TARGET, uid: 'u2' }, 'FlakWaiting', 'four');
    equal(calls.length, 3);
  });

  it('of many targets at once are all said, a few at a time', async () => {
    let underWay = 0;
    const most: number[] = [];
    const said = new Set<string>();
    const record = recorder(async ({ body }) => {
      most.push((underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      said.add((body as { involvedObject: { uid: string } }).involvedObject.uid);
      underWay -= 1;
    });
    for (let index = 0; index < 200; index += 1) record({ ...TARGET, uid: String(index) }, 'FlakNotTraced', '');
    while (underWay > 0) await new Promise((resolve) => setImmediate(resolve));
    deepEqual([said.size, Math.max(...most), dropped], [200, 8, []]);
  });

  it('are dropped and counted when they pile up or are refused, and never thrown', async () => {
    const never = recorder(() => new Promise(() => undefined));
    for (let index = 0; index < 1013; index += 1) never({ ...TARGET, uid: String(index) }, 'FlakWaiting', '');
    equal(dropped.length, 5);
    const refused = recorder(answering({}).request);
    refused(TARGET, 'FlakWaiting', '');
    await new Promise((resolve) => setImmediate(resolve));
    deepEqual(dropped, ['FlakWaiting']);
  });
});
