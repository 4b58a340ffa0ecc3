import assert from 'node:assert/strict';
import { recordFigure } from '../../figure.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { countMisses } from './bpf-objects.ts';
import { assertExact } from './exact.ts';
import { harmlessNumbers } from './perils.ts';
import { compilePrograms } from './programs.ts';

/** getpid, getppid, gettid, getuid: each called without end by a thread of its own. */
const BUSY = [39, 110, 186, 102];
const THREADS = 4;
/** A third of a second each on an idle machine; what counts is that rare calls fall between millions of others. */
const ROUNDS = 20;

describe('rare calls between those of four threads at full speed', function () {
  const stage = stageForAll();

  it('are all recorded, each made once in a container by one of four racing threads, and no program was skipped', async function () {
    const programs = compilePrograms(stage.folder);
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const numbers = harmlessNumbers('x86_64').filter((nr) => ![...BUSY, 24].includes(nr));
    const hammers = BUSY.map((nr) => `h${nr}`).join('');
    for (let round = 0; round < ROUNDS; round++) {
      const name = `round${round}`;
      const ofThread = (thread: number): string =>
        numbers
          .filter((nr) => (nr + round) % THREADS === thread)
          .map((nr) => `n${nr}`)
          .join('');
      const racing = Array.from({ length: THREADS }, (_, thread) => `t(s5${ofThread(thread)})`).join('');
      const { own } = await programs.run(makeCgroup(pod, name), hammers + racing);
      for (const nr of numbers) assert.ok(own.x86_64.includes(nr));
      assertExact(
        slot.read().containers.find((one) => one.name === name),
        own,
      );
    }
    assert.equal(countMisses(stage), 0);
    assert.deepEqual(slot.read().reasons, ['io-uring']);
    recordFigure(this, `${ROUNDS * numbers.length} first sights, none lost; recursion misses 0`);
    await slot.leave();
  });
});
