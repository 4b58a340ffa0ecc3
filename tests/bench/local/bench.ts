/**
 * `npm run bench -- local [ROUNDS] [BUILD_SECONDS]`: what `flak record` adds to a command's own time: to one that does nothing, and to
 * a build. With and without it by turns, in one run; medians and ratios. Budgets: 150 ms, and 3 %.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryTree } from '../../temporary-tree.ts';
import { quantile } from '../quantile.ts';

const ENTRY = join(import.meta.dirname, '../../../cli/flak.ts');
const OUT = join(import.meta.dirname, '../../../.out/bench');
const BUDGETS = { startMs: 150, build: 1.03 } as const;

const [rounds = 11, buildSeconds = 60] = process.argv.slice(2).map(Number);

function timeMs(command: readonly string[], cwd: string): number {
  const [program = '', ...args] = command;
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: exit ${status}: ${stderr}`);
  return performance.now() - began;
}

interface Pairs {
  readonly alone: number[];
  readonly recorded: number[];
}

function alternate(command: readonly string[], count: number, cwd: string): Pairs {
  const recorder = [process.execPath, ENTRY, 'record', '-o', 'p.json', '--'];
  timeMs([...recorder, ...command], cwd); // fills the cache of compiled modules, as the first start of a machine does
  const pairs: Pairs = { alone: [], recorded: [] };
  for (let round = 0; round < count; round++) {
    pairs.alone.push(timeMs(command, cwd));
    pairs.recorded.push(timeMs([...recorder, ...command], cwd));
  }
  return pairs;
}

/** Compiles for about so long, one process after the other: a build makes many short ones. */
function buildFor(seconds: number, cwd: string): string[] {
  const lines = Array.from({ length: 400 }, (_, n) => `int f${n}(int x) { return printf("%d", x * ${n}) + x; }`);
  writeFileSync(join(cwd, 'unit.c'), `#include <stdio.h>\n#include <pthread.h>\n${lines.join('\n')}\n`);
  const one = timeMs(['gcc', '-O1', '-c', 'unit.c'], cwd);
  const units = Math.max(1, Math.round((seconds * 1000) / one));
  return ['sh', '-c', `for n in $(seq ${units}); do gcc -O1 -c -o unit-$n.o unit.c || exit 1; done; rm -f unit-*.o`];
}

using tree = new TemporaryTree();
const start = alternate(['/bin/true'], rounds, tree.root);
const build = alternate(buildFor(buildSeconds, tree.root), 3, tree.root);
const addedMs = quantile(
  start.recorded.map((value, round) => value - (start.alone[round] ?? 0)),
  0.5,
);
const ratio = quantile(
  build.recorded.map((value, round) => value / (build.alone[round] ?? NaN)),
  0.5,
);

console.log(
  `flak record -- /bin/true adds ${addedMs.toFixed(0)} ms (median of ${rounds}); budget ${BUDGETS.startMs} ms`,
);
console.log(
  `a build of ${buildSeconds} s takes ${ratio.toFixed(3)} times as long (median of 3); budget ${BUDGETS.build}`,
);
mkdirSync(OUT, { recursive: true });
rmSync(join(OUT, 'local.json'), { force: true });
writeFileSync(
  join(OUT, 'local.json'),
  `${JSON.stringify({ start, build, addedMs, ratio, budgets: BUDGETS }, null, 2)}\n`,
);
if (addedMs > BUDGETS.startMs || ratio > BUDGETS.build) process.exitCode = 1;
