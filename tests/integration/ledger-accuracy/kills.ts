/** Tracers that are killed at random moments of joining, reading and leaving, beside a program and without any. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodCgroup, Stage } from '../tracer-ledger/stage.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { startTracer } from '../tracer-ledger/tracers.ts';
import { watchObjects } from './bpf-objects.ts';
import { assertExact } from './exact.ts';
import { everyCall, everyNumber } from './perils.ts';
import type { Calls } from './programs.ts';
import { compilePrograms } from './programs.ts';

/** A tracer is through its first round within this time, so that kills hit all parts of it. */
const LONGEST_LIFE_MS = 120;

type Mode = 'stay' | 'churn';

/** Starts a tracer and kills it a random while after it has begun. @throws where it ends by itself: it must never fail */
async function killOne(stage: Stage, pod: PodCgroup, mode: Mode): Promise<void> {
  const { tracer } = await startTracer(stage, pod, mode);
  const ended = once(tracer, 'exit');
  await sleep(Math.random() * LONGEST_LIFE_MS);
  tracer.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', 'the tracer failed by itself');
}

async function arm(stage: Stage, pod: PodCgroup): Promise<bigint> {
  const ledger = stage.open();
  const joined = await ledger.join(pod.target);
  assert.ok(joined.kind === 'ok');
  ledger.close(); // from here on it is up to those that are killed
  return joined.slot.armedAtBootNs;
}

async function assertNothingLost(stage: Stage, pod: PodCgroup, armedAtBootNs: bigint, own: Calls): Promise<void> {
  const slot = await stage.join(pod);
  assert.deepEqual([slot.resumed, slot.armedAtBootNs], [true, armedAtBootNs]);
  const { containers, reasons } = slot.read();
  assert.deepEqual(
    everyNumber('x86_64').filter((nr) => !own.x86_64.includes(nr)),
    [],
  );
  assertExact(containers[0], own);
  assert.deepEqual([containers.length, reasons], [1, ['io-uring']]);
  await slot.leave();
}

export interface KillPlan {
  /** While a program makes every call once: half of them tracers of its pod, half of them of another, which come and go. */
  readonly beside: number;
  /** While no other tracer is there, so that each loads, attaches, detaches and removes everything. */
  readonly alone: number;
  /** Between two calls of the program. */
  readonly pauseMs: number;
}

/** Gives how many of the kills fell into the life of the program. */
export async function killTracers(stage: Stage, { beside, alone, pauseMs }: KillPlan): Promise<number> {
  const objects = watchObjects(stage);
  const programs = compilePrograms(stage.folder);
  const [pod, other] = [stage.pod(), stage.pod()];
  const armedAtBootNs = await arm(stage, pod);
  let isRunning = true;
  let killsWhileRunning = 0;
  const calls = everyCall('x86_64', 'n').join(`s${pauseMs}`);
  const running = programs.run(makeCgroup(pod, 'one'), calls).finally(() => {
    isRunning = false;
  });
  const kill = async (victim: PodCgroup, mode: Mode, times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn++) {
      await killOne(stage, victim, mode);
      if (isRunning) killsWhileRunning++;
    }
  };
  await Promise.all([kill(pod, 'stay', beside / 2), kill(other, 'churn', beside / 2)]);
  await assertNothingLost(stage, pod, armedAtBootNs, (await running).own);

  await Promise.all([kill(pod, 'churn', alone / 2), kill(other, 'churn', alone / 2)]);
  for (const each of [pod, other]) await (await stage.join(each)).leave();
  const left = [stage.options.pinRoot, stage.options.lockFile].filter((path) => existsSync(path));
  assert.deepEqual([left, await objects.remains()], [[], []]);
  return killsWhileRunning;
}
