/**
 * What Flak adds to the start and to the end of a pod: pairs of one traced pod and the same pod with an init container
 * that does nothing in the gate's place, alternating, one at a time. Medians.
 * `npm run bench -- latency [--pairs=N]` prints a table and, last, one line of JSON. Starts the test cluster.
 */
import { parseArgs } from 'node:util';
import { FLAK_NAMESPACE, LABELS } from '../../../webhook/names.ts';
import { flakCluster, type FlakCluster } from '../../e2e/flak-cluster.ts';
import { scratchNamespace } from '../../e2e/scratch-namespace.ts';
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '10' } } });
const pairs = await measurePairs(await flakCluster(), Number(values.pairs));
const figures = {
  pairs: pairs.length,
  tracedStartMs: median(pairs.map(({ traced }) => traced.startMs)),
  plainStartMs: median(pairs.map(({ plain }) => plain.startMs)),
  startAddedMs: median(pairs.map(({ traced, plain }) => traced.startMs - plain.startMs)),
  tracedEndMs: median(pairs.map(({ traced }) => traced.endMs)),
  plainEndMs: median(pairs.map(({ plain }) => plain.endMs)),
  endAddedMs: median(pairs.map(({ traced, plain }) => traced.endMs - plain.endMs)),
};
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(18)} ${value.toFixed(0)}`);
console.log(JSON.stringify({ bench: 'latency', ...figures }));
