import assert from 'node:assert/strict';
import { FakeCluster, runAgainst } from './fakes.ts';

const cluster = new FakeCluster({
  traces: [
    {
      metadata: { name: 'web-1-3c1f6a52', namespace: 'shop' },
      spec: { podName: 'web-1', podUid: '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11' },
      status: {
        phase: 'Untraced',
        node: 'n1',
        reason: 'capped',
        message: 'the node already runs as many tracers as it may',
      },
    },
    {
      metadata: { name: 'web-2-4c1f6a52', namespace: 'shop' },
      spec: { podName: 'web-2', podUid: '4c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11' },
    },
  ],
});

describe('flak trace list', () => {
  it('shows phase, node and the reason in words', async () => {
    const { code, out } = await runAgainst(cluster, 'trace list');
    const [, first, second] = out.split('\n');
    assert.equal(code, 0);
    assert.match(first ?? '', /^shop +web-1 +Untraced +n1 +- +- +the node already runs as many tracers as it may$/);
    assert.match(second ?? '', /^shop +web-2 +Pending +- +- +- +-$/);
  });

  it('prints JSON for programs', async () => {
    const { out } = await runAgainst(cluster, 'trace list -o json');
    const { traces } = JSON.parse(out) as { traces: Record<string, unknown>[] };
    assert.deepEqual(
      [traces[0]?.['podName'], traces[0]?.['phase'], traces[0]?.['reason']],
      ['web-1', 'Untraced', 'capped'],
    );
  });

  it('says it when there are none', async () => {
    assert.match((await runAgainst(cluster, 'trace list -n other')).notes, /no traces in namespace other/);
    assert.match((await runAgainst(new FakeCluster({ traces: [] }), 'trace list -A')).notes, /in this cluster/);
    assert.equal((await runAgainst(new FakeCluster({}), 'trace list')).code, 1);
  });
});
