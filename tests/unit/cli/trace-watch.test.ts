import assert from 'node:assert/strict';
import { FakeCluster, runAgainst } from './fakes.ts';
import { cluster, trace, UID } from './running-pods.ts';

describe('flak trace watch', () => {
  it('prints each change once, until every trace has ended', async () => {
    const there = cluster({
      traces: [trace('web-1', UID, { phase: 'Arming' }), trace('other', 'x', { phase: 'Arming' })],
    });
    const steps = [
      { phase: 'Arming' },
      { phase: 'Recording' },
      {
        phase: 'Complete',
        completeness: { level: 'partial', reasons: ['late-arming'], notes: [] },
        profiles: ['deployment-web-nginx'],
      },
    ];
    const sleep = () => {
      const [watched] = there.objects['traces'] ?? [];
      if (watched) watched['status'] = steps.shift();
      return Promise.resolve();
    };
    const { code, out } = await runAgainst(there, 'trace watch pod.name=web-1', { sleep });
    assert.equal(code, 0);
    assert.equal(out, 'web-1  Arming\nweb-1  Recording\nweb-1  Complete  partial(late-arming)  deployment-web-nginx\n');
  });

  it('follows the pods that run when it begins, one object per line for programs', async () => {
    const traces = [
      trace('web-1', UID, { phase: 'Complete' }),
      trace('web-2', 'web-2', { phase: 'Untraced', reason: 'capped' }),
    ];
    const { code, out } = await runAgainst(cluster({ traces }), 'trace watch deploy/web -o json');
    const phases = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { phase: string }).phase);
    assert.deepEqual([code, phases], [0, ['Complete', 'Untraced']]);
  });

  it('gives up at its timeout, with code 1', async () => {
    const { code, notes, sleptMs } = await runAgainst(cluster(), 'trace watch pod.name=web-1 --timeout 5');
    assert.deepEqual([code, sleptMs], [1, 5000]);
    assert.match(notes, /not ended after 5 s; watch again/);
  });

  it('ends with a sentence where there is nothing to watch', async () => {
    assert.equal((await runAgainst(cluster(), 'trace watch nonsense')).code, 2);
    assert.equal((await runAgainst(cluster(), 'trace watch pod.label.app=nope')).code, 1);
    assert.equal((await runAgainst(new FakeCluster({}), 'trace watch pod.name=x')).code, 1);
  });
});
