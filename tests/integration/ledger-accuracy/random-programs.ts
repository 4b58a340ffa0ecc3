/** Runs random programs, each in a pod of its own, and compares what the ledger has with what each wrote down itself. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Ledger } from '../../../tracer/ledger/ledger.ts';
import { deniedTo } from '../tracer-ledger/numbers.ts';
import type { Stage } from '../tracer-ledger/stage.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { assertExact, FILTERED_SET_UP, SET_UP } from './exact.ts';
import type { Denial } from './filter.ts';
import { filterOf } from './filter.ts';
import type { Programs } from './programs.ts';
import { denials, script } from './scripts.ts';

async function runOne(
  stage: Stage,
  ledger: Ledger,
  programs: Programs,
  text: string,
  denied: Denial[],
): Promise<number> {
  const pod = stage.pod();
  const joined = await ledger.join(pod.target);
  assert.equal(joined.kind, 'ok');
  const { slot } = joined;
  const filter = denied.length > 0 ? { filter: filterOf(denied) } : {};
  const { own } = await programs.run(makeCgroup(pod, 'one'), text, filter);
  const { containers, reasons } = slot.read();
  await slot.leave();
  const refused = denied.filter(({ nr }) => own.x86_64.includes(nr));
  const entered = own.x86_64.filter((nr) => !refused.some((denial) => denial.nr === nr));
  assertExact(containers[0], { ...own, x86_64: entered }, denied.length > 0 ? FILTERED_SET_UP : SET_UP);
  assert.deepEqual(deniedTo(containers[0]), refused.map(({ nr, errno }) => `${nr}:${errno}`).sort());
  assert.deepEqual([containers.length, reasons.filter((reason) => reason !== 'io-uring')], [1, []]);
  return own.x86_64.length + own.i386.length + own.x32.length;
}

/** Gives how many pairs of interface and number were compared. A failure names the seed, and the smallest program that fails. */
export async function compareRandomPrograms(stage: Stage, programs: Programs, runs: number): Promise<number> {
  const ledger = stage.open();
  const stayer = await ledger.join(stage.pod().target); // so that not each program loads the ledger anew
  assert.equal(stayer.kind, 'ok');
  let pairs = 0;
  const property = fc.asyncProperty(script, fc.oneof(fc.constant<Denial[]>([]), denials), async (text, denied) => {
    pairs += await runOne(stage, ledger, programs, text, denied);
  });
  await fc.assert(property, { numRuns: runs });
  await stayer.slot.leave();
  return pairs;
}
