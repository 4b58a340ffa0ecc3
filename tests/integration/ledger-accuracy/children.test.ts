import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calledBy } from '../tracer-ledger/numbers.ts';
import { cgroupId, makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { assertExact, SET_UP } from './exact.ts';
import { programsForAll, tracedPodForEach } from './hooks.ts';
import type { SpawnKind } from './programs.ts';

/** For each kind of child a call that only it makes, and no C library: msgrcv, semctl, shmctl, msgctl, swapon, quotactl. */
const MARKS: Readonly<Record<SpawnKind, number>> = {
  fork: 70,
  vfork: 66,
  clone3: 31,
  posix_spawn: 71,
  daemon: 167,
  into: 179,
};
const KINDS = Object.keys(MARKS) as SpawnKind[];

describe('children of a container', function () {
  const stage = stageForAll();
  const programs = programsForAll(stage);
  const traced = tracedPodForEach(stage);

  const readingOf = (name: string) => traced.slot.read().containers.find((container) => container.name === name);

  it('are seen in it, and in no other, by whatever call a C library makes them: fork, vfork, clone3, posix_spawn, a daemon’s', async () => {
    await programs.run(makeCgroup(traced.pod, 'other'), 'n39');
    for (const kind of KINDS.filter((one) => one !== 'into')) {
      const own = makeCgroup(traced.pod, kind);
      const child = await programs.spawn(own, kind, own, `n${MARKS[kind]}`);
      assert.ok(child.own.x86_64.includes(MARKS[kind]));
      const called = calledBy(readingOf(kind), 'x86_64', 'startup');
      for (const nr of child.own.x86_64) assert.ok(called.includes(nr), `${nr} of the child by ${kind} is missing`);
      const others = traced.slot.read().containers.filter(({ name }) => name !== kind);
      for (const other of others)
        assert.ok(!calledBy(other, 'x86_64').includes(MARKS[kind]), `${kind} in ${other.name}`);
    }
  });

  it('are seen where clone3 put them when that is another container', async () => {
    const [own, other] = [makeCgroup(traced.pod, 'own'), makeCgroup(traced.pod, 'other')];
    const child = await programs.spawn(own, 'into', other, `n${MARKS.into}`);
    assert.deepEqual(
      calledBy(readingOf('other'), 'x86_64'),
      [...child.own.x86_64, SET_UP[0]].sort((a, b) => Number(a) - Number(b)),
    );
    assert.ok(!calledBy(readingOf('own'), 'x86_64').includes(MARKS.into));
  });

  it('and theirs are recorded exactly, nested, by fork, vfork, clone3 and a fork that nobody waits for', async () => {
    for (const letter of ['f', 'y', 'k', 'd']) {
      const { own } = await programs.run(
        makeCgroup(traced.pod, letter),
        `${letter}(n70${letter}(n66e(n31t(n71))))n167`,
      );
      assertExact(readingOf(letter), own);
      for (const nr of [70, 66, 31, 71, 167]) assert.ok(own.x86_64.includes(nr), `${nr} was not called`);
    }
  });

  it('and theirs are recorded exactly when a thread executes a program in the place of them all', async () => {
    const { own } = await programs.run(makeCgroup(traced.pod, 'own'), 'n24t(s20e(n70t(n71)))');
    assertExact(readingOf('own'), own);
    for (const nr of [70, 71]) assert.ok(own.x86_64.includes(nr), `${nr} was not called`);
  });

  it('that are moved in by cgroup.procs are seen from the move on, before and after their exec', async () => {
    const cgroup = makeCgroup(traced.pod, 'own');
    const { own } = await programs.run(cgroup, 'n39');
    const comer = await programs.start(`n${MARKS.fork}e(n${MARKS.vfork})`);
    writeFileSync(join(cgroup, 'cgroup.procs'), String(comer.child.pid));
    comer.go();
    await once(comer.child, 'exit');
    const container = readingOf('own');
    assert.deepEqual(calledBy(container, 'x86_64', 'startup'), own.x86_64);
    assert.deepEqual(
      calledBy(container, 'x86_64', 'setup'),
      [59, MARKS.fork, 161].sort((a, b) => a - b),
    );
    const { x86_64: made } = comer.own();
    const afterExec = made.filter((nr) => ![59, MARKS.fork].includes(nr));
    assert.ok(afterExec.includes(MARKS.vfork));
    assert.deepEqual(calledBy(container, 'x86_64', 'exec:foreign'), afterExec);
  });

  it('that are moved from one container to another are seen in each, though they call the same', async () => {
    const [first, second] = [makeCgroup(traced.pod, 'first'), makeCgroup(traced.pod, 'second')];
    const calls = `n${MARKS.fork}n${MARKS.vfork}`;
    const mover = await programs.start(`${calls}w${calls}`);
    writeFileSync(join(first, 'cgroup.procs'), String(mover.child.pid));
    mover.go();
    await mover.hasCalled(MARKS.vfork);
    const before = mover.own();
    writeFileSync(join(second, 'cgroup.procs'), String(mover.child.pid));
    mover.go();
    await once(mover.child, 'exit');
    assert.deepEqual(calledBy(readingOf('first'), 'x86_64'), before.x86_64);
    assert.deepEqual(calledBy(readingOf('second'), 'x86_64'), mover.own().x86_64);
  });

  it('that are moved out by cgroup.procs are seen no more, and a move back is seen again', async () => {
    const [inside, outside] = [makeCgroup(traced.pod, 'own'), makeCgroup(stage.pod(), 'untraced')];
    const comer = await programs.start(`n${MARKS.fork}`);
    for (const cgroup of [inside, outside, inside])
      writeFileSync(join(cgroup, 'cgroup.procs'), String(comer.child.pid));
    comer.go();
    await once(comer.child, 'exit');
    assert.deepEqual(calledBy(readingOf('own'), 'x86_64'), comer.own().x86_64);
    assert.deepEqual(
      traced.slot.read().containers.map(({ cgroupId: id }) => id),
      [cgroupId(inside)],
    );
  });
});
