/**
 * What Flak adds to the start and to the end of a pod: pairs of one traced pod and the same pod with an init container
 * that does nothing in the gate's place, alternating, one at a time. Medians, and
 * the quartiles of what a pair differs by: the kubelet looks once a second, so single pairs differ by as much.
 * `npm run bench -- latency [--pairs=N]` prints a table and, last, one line of JSON. Starts the test cluster.
 */
import { parseArgs } from 'node:util';
import { FLAK_NAMESPACE, LABELS } from '../../../webhook/names.ts';
import { flakCluster, type FlakCluster } from '../../e2e/flak-cluster.ts';
import { scratchNamespace } from '../../e2e/scratch-namespace.ts';
import { quantile } from '../quantile.ts';
import { Lifetimes, type Lifetime } from './lifetime.ts';

interface Pair {
  readonly traced: Lifetime;
  readonly plain: Lifetime;
}

async function measurePairs(flak: FlakCluster, count: number): Promise<readonly Pair[]> {
  const namespace = await scratchNamespace(flak.kubectl, 'latency');
  const lifetimes = new Lifetimes(flak, namespace.name);
  await lifetimes.start();
  const pairs: Pair[] = [];
  try {
    for (let turn = 0; turn < count; turn++) {
      const plain = await lifetimes.measure(`plain-${turn}`, false);
      const traced = await lifetimes.measure(`traced-${turn}`, true);
      pairs.push({ plain, traced });
      const tracers = ['pod', '-n', FLAK_NAMESPACE, '-l', LABELS.targetUid];
      await flak.kubectl.run(['wait', '--for=delete', ...tracers, '--timeout=60s']);
    }
    return pairs;
  } finally {
    await lifetimes.stop();
    await namespace.remove();
  }
}

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '10' } } });
const pairs = await measurePairs(await flakCluster(), Number(values.pairs));
const added = (what: keyof Lifetime): number[] => pairs.map(({ traced, plain }) => traced[what] - plain[what]);
const figures = {
  pairs: pairs.length,
  tracedStartMs: quantile(
    pairs.map(({ traced }) => traced.startMs),
    0.5,
  ),
  plainStartMs: quantile(
    pairs.map(({ plain }) => plain.startMs),
    0.5,
  ),
  startAddedP25Ms: quantile(added('startMs'), 0.25),
  startAddedMs: quantile(added('startMs'), 0.5),
  startAddedP75Ms: quantile(added('startMs'), 0.75),
  tracedEndMs: quantile(
    pairs.map(({ traced }) => traced.endMs),
    0.5,
  ),
  plainEndMs: quantile(
    pairs.map(({ plain }) => plain.endMs),
    0.5,
  ),
  endAddedP25Ms: quantile(added('endMs'), 0.25),
  endAddedMs: quantile(added('endMs'), 0.5),
  endAddedP75Ms: quantile(added('endMs'), 0.75),
};
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(18)} ${value.toFixed(0)}`);
console.log(JSON.stringify({ bench: 'latency', ...figures }));
