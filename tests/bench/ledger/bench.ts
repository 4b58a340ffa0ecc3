/**
 * What the ledger costs each system call, beside programs that do nothing: alternating, in one run; medians, minima and ratios of the same round.
 * `npm run bench -- ledger [--rounds=N] [--seconds=N] [--object=ledger.bpf.o]` prints tables and, last, one line of JSON. `--object` adds another
 * build of the ledger. Needs root, cc, clang and libbpf's headers. Times only rounds in which nobody else traces.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { PodCgroup, Stage } from '../../integration/tracer-ledger/stage.ts';
import { makeCgroup, openStage, REPOSITORY } from '../../integration/tracer-ledger/stage.ts';
import { BUDGETS, ledgerOf, MEASURES, TARGETS } from './budgets.ts';
import type { Caller } from './callers.ts';
import { compile, startCaller } from './callers.ts';
import type { Contestant } from './contestants.ts';
import { joinLedger, loadYardsticks } from './contestants.ts';
import type { KernelPrograms } from './kernel-programs.ts';
import { openKernelPrograms } from './kernel-programs.ts';
import type { Measure, Rounds, Samples } from './rounds.ts';
import { playRounds } from './rounds.ts';
import { lineOf, tableOf } from './table.ts';
import { figuresOf, judge } from './verdicts.ts';

const CASTS = 5;
const PODS = Math.max(...TARGETS);
/** Chunks, and calls in each: short enough (a fifth of a millisecond) that some lie between two interruptions. */
const CHUNKS = '60 500';
const CALLS_PER_TURN = 20;
const LAPS = 4;
/** The kernel frees programs when no CPU can run them any more. */
const FREEING_MS = 1000;
/** The last CPU: interrupts tend to go to the first. */
const CPU = `${cpus().length - 1}`;

interface Scene {
  readonly pods: readonly PodCgroup[];
  readonly containers: readonly string[];
  readonly callers: readonly Caller[];
  readonly measures: readonly Measure[];
}

/** Callers are there before the first join, so they are the workload to every ledger. */
function setScene(stage: Stage): Scene {
  const pods = Array.from({ length: PODS }, () => stage.pod());
  const containers = pods.map((pod) => makeCgroup(pod, 'container'));
  const [traced = ''] = containers;
  const outside = stage.pod().directory;
  const program = compile('caller', stage.folder);
  const plain = startCaller(outside, [program, CPU]);
  const target = startCaller(traced, [program, CPU]);
  const filtered = startCaller(outside, [program, CPU, 'filtered']);
  const filteredTarget = startCaller(traced, [program, CPU, 'filtered']);
  const deniedTarget = startCaller(traced, [program, CPU, 'denied']);
  const ring = startCaller(outside, [compile('ring', stage.folder), CPU, `${CALLS_PER_TURN}`, ...containers]);
  const measure = (name: string, caller: Caller, line: string): Measure => ({ name, take: () => caller.order(line) });
  return {
    pods,
    containers,
    callers: [plain, target, filtered, filteredTarget, deniedTarget, ring],
    measures: [
      measure(MEASURES.untraced, plain, `getppid ${CHUNKS}`),
      measure(MEASURES.traced, target, `getppid ${CHUNKS}`),
      measure(MEASURES.watched, target, `fcntl ${CHUNKS}`),
      measure(MEASURES.untracedFiltered, filtered, `getppid ${CHUNKS}`),
      measure(MEASURES.tracedFiltered, filteredTarget, `getppid ${CHUNKS}`),
      measure(MEASURES.tracedDenied, deniedTarget, `getppid ${CHUNKS}`),
      measure(MEASURES.turns, ring, `${LAPS}`),
    ],
  };
}

/** Object files of the ledger. */
interface Builds {
  readonly ours: string;
  readonly other: string | undefined;
}

async function loadContestants(
  stages: DisposableStack,
  kernel: KernelPrograms,
  { pods, containers }: Scene,
  { ours, other }: Builds,
): Promise<Contestant[]> {
  const stage = (): Stage => stages.use(openStage());
  const contestants = loadYardsticks(stage(), kernel, containers[0] ?? '');
  for (const targets of TARGETS) {
    const build = { name: ledgerOf(targets), objectFile: ours };
    contestants.push(await joinLedger(stage(), kernel, pods.slice(0, targets), build));
  }
  if (other !== undefined) {
    const build = { name: 'other build', objectFile: other };
    contestants.push(await joinLedger(stage(), kernel, pods.slice(0, 1), build));
  }
  return contestants;
}

/** One cast: everybody is loaded anew, and so lies elsewhere in memory, which alone is worth ten per cent. */
interface Outcome extends Rounds {
  /** Programs that traced before ours were loaded. */
  readonly before: number;
  /** Programs of ours that were still there when all had left. */
  readonly left: number;
}

async function playCast(samples: Samples, rounds: number, limitMs: number, builds: Builds): Promise<Outcome> {
  const endMs = performance.now() + limitMs;
  using stages = new DisposableStack();
  const kernel = openKernelPrograms();
  const scene = setScene(stages.use(openStage()));
  for (const measure of scene.measures) await measure.take(); // so that all callers are there
  const before = kernel.countForeign();
  const contestants = await loadContestants(stages, kernel, scene, builds);
  const { measures } = scene;
  const isDisturbed = (): boolean => kernel.countForeign() > 0;
  const nowMs = (): number => performance.now();
  const deps = { contestants, measures, isDisturbed, nowMs, sleep };
  const played = await playRounds(deps, samples, rounds, endMs);
  for (const contestant of contestants) await contestant.remove();
  await Promise.all(scene.callers.map((caller) => caller.end()));
  await sleep(FREEING_MS);
  return { ...played, before, left: kernel.countOwn() };
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '240' },
    object: { type: 'string' },
  },
});
using workshop = mkdtempDisposableSync(join(tmpdir(), 'flak-bench-'));
const builds: Builds = { ours: join(workshop.path, 'ledger.bpf.o'), other: values.object };
execFileSync('sh', [`${REPOSITORY}/tracer/ledger/build.sh`, builds.ours]);
const samples: Samples = new Map();
const outcomes: Outcome[] = [];
for (let cast = 0; cast < CASTS; cast++) {
  const [rounds, ms] = [Math.ceil(Number(values.rounds) / CASTS), (1000 * Number(values.seconds)) / CASTS];
  outcomes.push(await playCast(samples, rounds, ms, builds));
}
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((all, outcome) => all + of(outcome), 0);
const kept = sum((outcome) => outcome.kept);
const disturbed = sum((outcome) => outcome.disturbed);
const before = outcomes[0]?.before ?? 0;
const left = sum((outcome) => outcome.left);
const machine = `Linux ${release()}, ${cpus()[0]?.model ?? 'CPU unknown'}, ${cpus().length} CPUs`;
console.log(`${machine}; ${kept} rounds in ${CASTS} casts, ${disturbed} more rounds in which others traced`);
console.log(`programs that trace: ${before} before the first join, ${left} of ours after the last leave`);
if (kept === 0) {
  console.error(`nothing measured: no round without programs of others fitted into ${values.seconds} s`);
  process.exitCode = 1;
} else {
  const figures = figuresOf(samples);
  const verdicts = judge(samples, BUDGETS);
  for (const line of [...tableOf(figures), ...verdicts.map(lineOf)]) console.log(line);
  console.log(JSON.stringify({ bench: 'ledger', machine, kept, disturbed, before, left, figures, verdicts }));
}
