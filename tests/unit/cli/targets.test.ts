/** trace start and stop. */
import assert from 'node:assert/strict';
import { parseSelector } from '../../../cli/targets/selector.ts';
import type { FakeCluster } from './fakes.ts';
import { runAgainst } from './fakes.ts';
import { cluster, pod } from './running-pods.ts';

function labelOf(from: FakeCluster, plural: string, name: string): string | undefined {
  const found = from.objects[plural]?.find(({ metadata }) => metadata.name === name);
  if (plural === 'pods') return found?.metadata.labels?.['flak.dev/trace'];
  const { template } = found?.['spec'] as { template: { metadata: { labels: Record<string, string> } } };
  return template.metadata.labels['flak.dev/trace'];
}

describe('selectors of targets', () => {
  it('are workloads by their short or long name, or conditions joined by commas', () => {
    for (const text of ['deploy/web', 'deployment/web', 'Deployments/web'])
      assert.deepEqual(parseSelector(text), {
        kind: 'ok',
        value: { kind: 'workload', plural: 'deployments', name: 'web' },
      });
    assert.deepEqual(parseSelector('pod.name=a, container.name=b,pod.label.app=web,pod.label.x/y=z=1'), {
      kind: 'ok',
      value: { kind: 'pods', podName: 'a', containerName: 'b', labels: 'app=web,x/y=z=1' },
    });
    assert.deepEqual(parseSelector('pod/a'), {
      kind: 'ok',
      value: { kind: 'pods', podName: 'a', containerName: null, labels: '' },
    });
  });

  it('are refused with what to give instead', () => {
    for (const text of [
      '',
      'web',
      'job/web',
      'deploy/',
      'pod/',
      'pod.name=',
      'pod.name=a,pod.name=b',
      'pod.label.=x',
      'a=b',
      'a/b/c',
    ]) {
      const parsed = parseSelector(text);
      assert.ok(parsed.kind === 'usage' && /; give /.test(parsed.message), text);
    }
  });
});

describe('flak trace start', () => {
  it('labels the running pods that are meant, and says that the profile will be partial', async () => {
    const there = cluster();
    const { code, notes } = await runAgainst(there, 'trace start pod.label.app=web');
    assert.equal(code, 0);
    assert.match(notes, /^pods\/web-1 is traced from now on; [^\n]*late-arming[^\n]*\npods\/web-2 /);
    assert.deepEqual(
      ['web-1', 'web-2', 'web-3'].map((name) => labelOf(there, 'pods', name)),
      ['true', 'true', undefined],
    );
  });

  it('means pods by name, container or workload', async () => {
    for (const [selector, names] of [
      ['pod.name=web-2', ['pods/web-2']],
      ['deploy/web', ['pods/web-1', 'pods/web-2']],
      ['pod.label.app=db,container.name=nginx', ['pods/db-0']],
      ['pod.label.app=db,container.name=init', ['pods/db-0']],
      ['pod.name=bare', []],
    ] as const) {
      const { out, code } = await runAgainst(cluster(), `trace start ${selector} -o json`);
      assert.deepEqual([code, JSON.parse(out)], [0, { labelled: names }], selector);
    }
  });

  it('asks for the pods of a workload by its whole selector', async () => {
    const there = cluster();
    const [web] = there.objects['deployments'] ?? [];
    const matchExpressions = [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'track', operator: 'NotIn', values: ['canary'] },
      { key: 'live', operator: 'Exists' },
      { key: 'old', operator: 'DoesNotExist' },
    ];
    Object.assign(web ?? {}, { spec: { selector: { matchExpressions }, template: {} } });
    const selectors: (string | undefined)[] = [];
    const list: FakeCluster['list'] = (kind, namespace, selector) => {
      selectors.push(selector);
      return there.list(kind, namespace);
    };
    assert.equal((await runAgainst({ list, resource: there.resource }, 'trace start deploy/web')).code, 0);
    assert.deepEqual(selectors, ['tier in (a,b),track notin (canary),live,!old']);
  });

  it('rolls the workload of the pods when told to restart', async () => {
    for (const selector of ['deploy/web', 'pod.label.app=web', 'pod.name=web-1']) {
      const there = cluster();
      const { notes, code } = await runAgainst(there, `trace start ${selector} --restart`);
      assert.deepEqual(
        [code, notes],
        [0, 'deployments/web is rolling; its new pods are traced from the first instruction\n'],
      );
      assert.equal(labelOf(there, 'deployments', 'web'), 'true');
      assert.equal(labelOf(there, 'pods', 'web-1'), undefined);
    }
    const database = cluster();
    assert.equal((await runAgainst(database, 'trace start pod.name=db-0 --restart')).code, 0);
    assert.equal(labelOf(database, 'statefulsets', 'db'), 'true');
    assert.match((await runAgainst(cluster(), 'trace start deploy/old --restart')).notes, /labelled already/);
  });

  it('ends with a sentence where nothing is meant, or nothing would be made anew', async () => {
    for (const [line, code, words] of [
      ['pod.name=nope', 1, /no running pod in namespace shop is meant by that/],
      ['pod.label.app=done', 1, /no running pod/],
      ['deploy/nope', 1, /there is no deployments\/nope in namespace shop/],
      ['deploy/nope --restart', 1, /there is no deployments\/nope/],
      ['pod.name=bare --restart', 2, /nothing would make pod bare anew/],
      ['pod.name=job-1 --restart', 2, /nothing would make pod job-1 anew/],
      ['pod.name=nope --restart', 1, /no running pod/],
      ['nonsense', 2, /nonsense is no condition/],
    ] as const) {
      const ended = await runAgainst(cluster(), `trace start ${line}`);
      assert.equal(ended.code, code, line);
      assert.match(ended.notes, words);
    }
  });

  it('says who may not, at each step', async () => {
    const refused = { kind: 'refused', status: 403, message: 'forbidden' } as const;
    for (const [answer, line] of [
      ['list pods', 'pod.label.app=web'],
      ['patch pods/web-1', 'pod.name=web-1'],
      ['get deployments/web', 'deploy/web'],
      ['patch deployments/web', 'deploy/web --restart'],
      ['get replicasets/web-a', 'pod.name=web-1 --restart'],
    ] as const) {
      const there = cluster();
      there.answers.set(answer, [refused]);
      const { code, notes } = await runAgainst(there, `trace start ${line}`);
      assert.equal(code, 3, answer);
      assert.match(notes, /forbidden \(403\)/);
    }
  });

  it('passes over a pod that is gone by then', async () => {
    const there = cluster();
    there.answers.set('patch pods/web-1', [{ kind: 'not-found' }]);
    const { out } = await runAgainst(there, 'trace start pod.label.app=web -o json');
    assert.deepEqual(JSON.parse(out), { labelled: ['pods/web-2'] });
  });
});

describe('flak trace stop', () => {
  it('opts out the pods that are traced, and no others', async () => {
    const there = cluster();
    const { notes } = await runAgainst(there, 'trace stop deploy/web');
    assert.match(notes, /^pods\/web-2 is let go; what was seen is stored as partial/);
    assert.deepEqual([labelOf(there, 'pods', 'web-2'), labelOf(there, 'pods', 'web-1')], ['false', undefined]);
    assert.match((await runAgainst(cluster(), 'trace stop pod.name=web-1')).notes, /^none of them is traced\.\n$/);
    assert.deepEqual(JSON.parse((await runAgainst(cluster(), 'trace stop pod.name=bare -o json')).out), {
      stopped: ['pods/bare'],
    });
  });

  it('says that the template still asks for traces, and takes that off when told to restart', async () => {
    const there = cluster({ pods: [pod('old-1', { app: 'old', 'flak.dev/traced': 'true' })] });
    assert.match(
      (await runAgainst(there, 'trace stop deploy/old')).notes,
      /the template of deploy\/old still has the label/,
    );
    const { notes } = await runAgainst(there, 'trace stop deploy/old --restart');
    assert.equal(notes, 'deployments/old is rolling without the label\n');
    assert.equal(labelOf(there, 'deployments', 'old'), undefined);
  });

  it('ends with a sentence where it cannot', async () => {
    for (const [line, code] of [
      ['nonsense', 2],
      ['pod.name=nope', 1],
      ['deploy/nope --restart', 1],
    ] as const)
      assert.equal((await runAgainst(cluster(), `trace stop ${line}`)).code, code, line);
    const there = cluster();
    there.answers.set('patch pods/web-2', [{ kind: 'refused', status: 403, message: 'forbidden' }]);
    assert.equal((await runAgainst(there, 'trace stop deploy/web')).code, 3);
  });
});
