/** Runs random programs, each in a container of its own, and compares what the ledger has with what each wrote down itself. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Ledger, Slot } from '../../../tracer/ledger/ledger.ts';
import { deniedTo } from '../tracer-ledger/numbers.ts';
import type { PodCgroup, Stage } from '../tracer-ledger/stage.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { assertExact, FILTERED_SET_UP, SET_UP } from './exact.ts';
import type { Denial } from './filter.ts';
import { filterOf } from './filter.ts';
import type { Programs } from './programs.ts';
import { denials, script } from './scripts.ts';

/** Joining takes longer than most programs do; reading takes the longer the more containers a slot has. */
const PROGRAMS_PER_POD = 20;

interface Place {
  readonly pod: PodCgroup;
  readonly slot: Slot;
  programs: number;
}

async function newPlace(stage: Stage, ledger: Ledger): Promise<Place> {
  const pod = stage.pod();
  const joined = await ledger.join(pod.target);
  assert.ok(joined.kind === 'ok');
  return { pod, slot: joined.slot, programs: 0 };
}

async function runOne(place: Place, programs: Programs, text: string, denied: Denial[]): Promise<number> {
  const name = `program${place.programs++}`;
  const filter = denied.length > 0 ? { filter: filterOf(denied) } : {};
  const { own } = await programs.run(makeCgroup(place.pod, name), text, filter);
  const { containers, reasons } = place.slot.read();
  const container = containers.find((one) => one.name === name);
  const refused = denied.filter(({ nr }) => own.x86_64.includes(nr));
  const entered = own.x86_64.filter((nr) => !refused.some((denial) => denial.nr === nr));
  assertExact(container, { ...own, x86_64: entered }, denied.length > 0 ? FILTERED_SET_UP : SET_UP);
  assert.deepEqual(deniedTo(container), refused.map(({ nr, errno }) => `${nr}:${errno}`).sort());
  assert.equal(containers.length, place.programs);
  assert.deepEqual(
    reasons.filter((reason) => reason !== 'io-uring'),
    [],
  );
  return own.x86_64.length + own.i386.length + own.x32.length;
}

/** Gives how many pairs of interface and number were compared. A failure names the seed, and the smallest program that fails. */
export async function compareRandomPrograms(stage: Stage, programs: Programs, runs: number): Promise<number> {
  const ledger = stage.open();
  let place = await newPlace(stage, ledger);
  let pairs = 0;
  const property = fc.asyncProperty(script, fc.oneof(fc.constant<Denial[]>([]), denials), async (text, denied) => {
    if (place.programs === PROGRAMS_PER_POD) {
      const next = await newPlace(stage, ledger); // before the other one is left, or the programs would be loaded anew
      await place.slot.leave();
      place = next;
    }
    pairs += await runOne(place, programs, text, denied);
  });
  await fc.assert(property, { numRuns: runs });
  await place.slot.leave();
  return pairs;
}
