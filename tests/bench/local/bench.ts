/**
 * `npm run bench -- local [ROUNDS] [PAIRS] [BUILD_SECONDS]`: what `flak record` adds to a command that does nothing, and to a build, with and
 * without it by turns in one run. Medians of the rounds' own differences and ratios, each with its 95 % interval. Budgets: 150 ms, and 3 %.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { TemporaryTree } from '../../temporary-tree.ts';
import type { Median } from '../interval.ts';
import { medianOf } from '../interval.ts';
import { alternate, costOf } from './alternate.ts';
import { buildPackage } from './package.ts';

const OUT = join(import.meta.dirname, '../../../.out/bench');
const BUDGETS = { addedMs: 150, ratio: 1.03 } as const;

/** Of fewer values no 95 % interval of the median can be told (tests/bench/interval.ts). */
const FEWEST = 6;
const [rounds = 31, pairs = 12, buildSeconds = 20] = process.argv.slice(2).map(Number);
if (!(rounds >= FEWEST && pairs >= FEWEST && buildSeconds > 0)) {
  process.stderr.write(
    `usage: npm run bench -- local [ROUNDS] [PAIRS] [BUILD_SECONDS]; ROUNDS and PAIRS are ${FEWEST} or more: fewer tell no interval\n`,
  );
  process.exit(2);
}

/** Compiles for about so long, one process after the other: a build makes many short ones. */
function buildFor(seconds: number, cwd: string): string[] {
  const lines = Array.from({ length: 400 }, (_, n) => `int f${n}(int x) { return printf("%d", x * ${n}) + x; }`);
  writeFileSync(join(cwd, 'unit.c'), `#include <stdio.h>\n#include <pthread.h>\n${lines.join('\n')}\n`);
  const { wallMs } = costOf(['gcc', '-O1', '-c', 'unit.c'], cwd);
  const units = Math.max(1, Math.round((seconds * 1000) / wallMs));
  return ['sh', '-c', `for n in $(seq ${units}); do gcc -O1 -c -o unit-$n.o unit.c || exit 1; done; rm -f unit-*.o`];
}

function show({ median, low, high }: Median, digits: number): string {
  return `${median.toFixed(digits)} (95 %: ${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

using tree = new TemporaryTree();
const flak = [process.execPath, buildPackage(join(OUT, 'package'))];
const recorder = [...flak, 'record', '-o', 'p.json', '--'];
const node = [process.execPath, '-e', '0'];
costOf([...recorder, '/bin/true'], tree.root); // fills the cache of compiled modules, as the first start of a machine does

const load = loadavg()[0] ?? NaN;
const starts = alternate({ alone: ['/bin/true'], node, recorded: [...recorder, '/bin/true'] }, rounds, tree.root);
const command = buildFor(buildSeconds, tree.root);
const builds = alternate({ alone: command, recorded: [...recorder, ...command] }, pairs, tree.root);
const added = medianOf(starts.map(({ alone, recorded }) => recorded.wallMs - alone.wallMs));
const nodeAlone = medianOf(starts.map((round) => round.node.wallMs));
const cpu = medianOf(starts.map(({ alone, recorded }) => recorded.cpuMs - alone.cpuMs));
const ratio = medianOf(builds.map(({ alone, recorded }) => recorded.wallMs / alone.wallMs));
const cpuRatio = medianOf(builds.map(({ alone, recorded }) => recorded.cpuMs / alone.cpuMs));

console.log(`load ${load.toFixed(1)} on ${availableParallelism()} processors when it began`);
console.log(`flak record -- /bin/true adds ${show(added, 0)} ms over ${rounds} rounds; budget ${BUDGETS.addedMs} ms`);
console.log(`  of processor time ${show(cpu, 0)} ms; Node itself, with nothing to do, takes ${show(nodeAlone, 0)} ms`);
console.log(
  `a build of ${buildSeconds} s takes ${show(ratio, 3)} times as long over ${pairs} pairs; budget ${BUDGETS.ratio}`,
);
console.log(`  of processor time ${show(cpuRatio, 3)} times as much`);
mkdirSync(OUT, { recursive: true });
const figures = { load, rounds, pairs, buildSeconds, added, nodeAlone, cpu, ratio, cpuRatio, budgets: BUDGETS };
writeFileSync(join(OUT, 'local.json'), `${JSON.stringify({ ...figures, starts, builds }, null, 2)}\n`);
if (added.median > BUDGETS.addedMs || ratio.median > BUDGETS.ratio) process.exitCode = 1;
