/**
 * Admission beside a bare node:https server that builds the same patch: alternating, in one run; medians and ratios.
 * `node tests/bench/admission/bench.ts [--reviews=N]` prints a table and, last, one line of JSON.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from '../quantile.ts';
import { Load, type Target } from './load.ts';
import { benchReview } from './review.ts';

const ROUNDS = 5;
const ROUND_MS = 2000;
const PACE_PER_SECOND = 200;
const PACE_MS = 5000;

interface Contestant extends Disposable {
  readonly load: Load;
  readonly child: ChildProcess;
}

async function start(kind: 'flak' | 'bare', body: string): Promise<Contestant> {
  // As webhook/Dockerfile starts it.
  const execArgv = ['--max-semi-space-size=4'];
  const child = fork(join(import.meta.dirname, 'server.ts'), [kind], { execArgv });
  const [target] = (await once(child, 'message')) as [Target];
  const load = new Load(target, body);
  return {
    load,
    child,
    [Symbol.dispose]: () => {
      load[Symbol.dispose]();
      child.disconnect();
    },
  };
}

async function rssMiB({ child }: Contestant): Promise<number> {
  child.send('rss');
  const [{ rssBytes }] = (await once(child, 'message')) as [{ rssBytes: number }];
  return rssBytes / 2 ** 20;
}

/** Warm-up rounds first: neither is measured while its code is still interpreted. */
async function compareThroughput(flak: Contestant, bare: Contestant): Promise<{ flak: number; bare: number }> {
  const rates = { flak: [] as number[], bare: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) {
    const [bareRate, flakRate] = [await bare.load.saturate(ROUND_MS), await flak.load.saturate(ROUND_MS)];
    if (round < 0) continue;
    rates.bare.push(bareRate);
    rates.flak.push(flakRate);
  }
  return { flak: quantile(rates.flak, 0.5), bare: quantile(rates.bare, 0.5) };
}

async function measure(reviews: number): Promise<Record<string, number>> {
  const body = benchReview();
  using flak = await start('flak', body);
  using bare = await start('bare', body);
  const throughput = await compareThroughput(flak, bare);
  const barePaced = await bare.load.pace(PACE_PER_SECOND, PACE_MS);
  const flakPaced = await flak.load.pace(PACE_PER_SECOND, PACE_MS);
  const beforeMs = performance.now();
  for (let done = 0; done < reviews; done += 1000) await flak.load.saturate((1000 * 1000) / throughput.flak);
  return {
    reviewBytes: body.length,
    flakPerSecond: throughput.flak,
    barePerSecond: throughput.bare,
    throughputRatio: throughput.flak / throughput.bare,
    flakP50Ms: quantile(flakPaced, 0.5),
    flakP99Ms: quantile(flakPaced, 0.99),
    bareP99Ms: quantile(barePaced, 0.99),
    extraReviews: reviews,
    extraSeconds: (performance.now() - beforeMs) / 1000,
    flakRssMiB: await rssMiB(flak),
    bareRssMiB: await rssMiB(bare),
  };
}

const { values } = parseArgs({ options: { reviews: { type: 'string', default: '0' } } });
const figures = await measure(Number(values.reviews));
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(18)} ${value.toFixed(2)}`);
console.log(JSON.stringify({ bench: 'admission', ...figures }));
