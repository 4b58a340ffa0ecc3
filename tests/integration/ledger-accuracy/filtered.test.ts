import assert from 'node:assert/strict';
import { recordFigure } from '../../figure.ts';
import { deniedTo } from '../tracer-ledger/numbers.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { assertExact, FILTERED_SET_UP } from './exact.ts';
import { filterOf, runtimeDefault } from './filter.ts';
import { programsForAll, tracedPodForEach } from './hooks.ts';
import { everyCall } from './perils.ts';
import type { Calls } from './programs.ts';

const SOCKET = 41;
const PERSONALITY = 135;
const CLONE = 56;
const DENIALS = runtimeDefault();
const ALWAYS = DENIALS.filter(({ firstArgument }) => firstArgument === undefined);
const FORKS_AND_EXECS = 10_000;

/** What enters the kernel of what a program makes. */
function entered(own: Calls): Calls {
  return { ...own, x86_64: own.x86_64.filter((nr) => !ALWAYS.some((denial) => denial.nr === nr)) };
}

describe('a container under a filter like RuntimeDefault', function () {
  const stage = stageForAll();
  const programs = programsForAll(stage);
  const traced = tracedPodForEach(stage);

  it('has each denied call named with its errno, and every other call of the table made', async function () {
    const cgroup = makeCgroup(traced.pod, 'one');
    const script = `${everyCall('x86_64', 'n').join('')}n${SOCKET}=38n${SOCKET}=40n${PERSONALITY}=1i64t(n39)`;
    const { own } = await programs.run(cgroup, script, { filter: filterOf(DENIALS) });
    const [container] = traced.slot.read().containers;
    const expected = new Set(DENIALS.map(({ nr, errno }) => `${nr}:${errno}`));
    assert.deepEqual(deniedTo(container), [...expected].sort());
    assertExact(container, entered(own), FILTERED_SET_UP);
    const byValue = [SOCKET, PERSONALITY, CLONE];
    assert.ok(
      byValue.every((nr) => entered(own).x86_64.includes(nr)),
      'denied with a value, made with another',
    );
    recordFigure(this, `${expected.size} denied, ${entered(own).x86_64.length} made, of ${own.x86_64.length}`);
  });

  it('has no call named as denied that was not, in 10 000 forks and execs beside a busy thread', async () => {
    const cgroup = makeCgroup(traced.pod, 'one');
    const half = FORKS_AND_EXECS / 2;
    const script = `h110t(r${half}(f(e(n39))))r${half}(y(e(n102)))r500(f(d(n104)))n165`;
    const { own } = await programs.run(cgroup, script, { filter: filterOf(DENIALS) });
    const [container] = traced.slot.read().containers;
    assert.deepEqual(deniedTo(container), ['165:1']);
    assertExact(container, entered(own), FILTERED_SET_UP);
  });

  it('has calls of the 32-bit interface named by that interface', async () => {
    const cgroup = makeCgroup(traced.pod, 'one');
    const filter = filterOf(
      [{ nr: 64, errno: 13 }],
      [
        { nr: 64, errno: 22 },
        { nr: 20, errno: 1 },
      ],
    );
    const { own } = await programs.run(cgroup, 'n64n20i64i20i39', { filter });
    const [container] = traced.slot.read().containers;
    const denied = container?.entries.flatMap((entry) => entry.denied.map(({ nr, errno }) => [entry.abi, nr, errno]));
    assert.deepEqual(denied?.sort(), [
      ['i386', 20, 1],
      ['i386', 64, 22],
      ['x86_64', 64, 13],
    ]);
    const calls = { ...own, x86_64: own.x86_64.filter((nr) => nr !== 64), i386: [39] };
    assertExact(container, calls, FILTERED_SET_UP);
  });

  it('has calls named that are denied by a filter which another thread has loaded', async () => {
    const { own } = await programs.run(makeCgroup(traced.pod, 'one'), 't(n39on140)s20l140');
    const [container] = traced.slot.read().containers;
    assert.deepEqual(deniedTo(container), ['140:13']);
    assertExact(container, { ...own, x86_64: own.x86_64.filter((nr) => nr !== 140) });
  });
});
