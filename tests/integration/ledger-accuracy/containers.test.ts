import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recordFigure } from '../../figure.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { assertExact, workloadCalls } from './exact.ts';
import { programsForAll } from './hooks.ts';
import { harmlessNumbers } from './perils.ts';

const CONTAINERS = 20;
const PODS = 4;
const BRIEF = 50;
/** Each makes its calls that often, so that all run at the same time on both CPUs, each interrupting the others. */
const TURNS = 1000;
/** Of the interpreter itself: all containers have these. */
const SHARED = [9, 24, 56, 57, 59, 60, 61, 231];

/** Every n-th number: disjoint sets of the same size. */
function slice(numbers: readonly number[], index: number, of: number): number[] {
  return numbers.filter((_, place) => place % of === index);
}

describe('containers on one node', function () {
  const stage = stageForAll();
  const programs = programsForAll(stage);

  it('that make disjoint sets of calls at once, 20 of them in 4 pods, have nothing of each other', async function () {
    const pods = Array.from({ length: PODS }, () => stage.pod());
    const slots = await Promise.all(pods.map((pod) => stage.join(pod)));
    const numbers = harmlessNumbers('x86_64').filter((nr) => !SHARED.includes(nr));
    const runs = await Promise.all(
      Array.from({ length: CONTAINERS }, async (_, index) => {
        const pod = pods[index % PODS];
        assert.ok(pod);
        const set = slice(numbers, index, CONTAINERS);
        const calls = set.map((nr) => `n${nr}`).join('');
        const script = `t(r${TURNS}(${calls}))r${TURNS}(${calls})f(e(${calls}))`;
        const { own } = await programs.run(makeCgroup(pod, `c${index}`), script);
        return { name: `c${index}`, set, own };
      }),
    );
    const containers = slots.flatMap((slot) => slot.read().containers);
    assert.equal(containers.length, CONTAINERS);
    for (const { name, set, own } of runs) {
      const container = containers.find((one) => one.name === name);
      assertExact(container, own);
      const apart = workloadCalls(container).x86_64.filter((nr) => !SHARED.includes(nr));
      assert.deepEqual(apart, set);
    }
    const pairs = runs.reduce((sum, { set }) => sum + set.length, 0);
    recordFigure(this, `${pairs} pairs of container and number, none missing, none in another container`);
    for (const slot of slots) await slot.leave();
  });

  it('that start, end and lose their cgroup within milliseconds are complete, 50 out of 50', async function () {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const numbers = harmlessNumbers('x86_64');
    const lives: number[] = [];
    for (let index = 0; index < BRIEF; index++) {
      const cgroup = join(pod.directory, `brief${index}`);
      const calls = slice(numbers, index, BRIEF).map((nr) => `n${nr}`);
      const { own, livedUs } = await programs.run(cgroup, calls.join(''), { isBrief: true });
      assert.equal(existsSync(cgroup), false);
      assertExact(
        slot.read().containers.find(({ name }) => name === `brief${index}`),
        own,
      );
      lives.push(livedUs ?? NaN);
    }
    assert.equal(slot.read().containers.length, BRIEF);
    const sorted = lives.toSorted((one, other) => one - other);
    const short = sorted.filter((life) => life < 5000).length;
    recordFigure(this, `${short} of ${BRIEF} lived less than 5 ms, the median ${sorted[BRIEF / 2]} µs; all complete`);
    await slot.leave();
  });
});
