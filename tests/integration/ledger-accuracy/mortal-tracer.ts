/**
 * A tracer to be killed at any moment. Told on stdin whom to join, it says so and goes on without end: `stay` reads and never leaves,
 * `churn` joins, reads and leaves.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import type { LedgerOptions } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';

export interface MortalTask {
  readonly mode: 'stay' | 'churn';
  readonly options: LedgerOptions;
  readonly podUid: string;
  readonly cgroupId: string;
}

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const { mode, options, podUid, cgroupId } = JSON.parse(line) as MortalTask;
flushCompileCache(); // else it is written at the end of a process, which none here lives to see
process.stdout.write('begins\n');

for (;;) {
  const opened = openLedger(options);
  if (opened.kind === 'refused') throw new Error(opened.detail);
  const joined = await opened.ledger.join({ podUid, cgroupIds: [BigInt(cgroupId)] });
  if (joined.kind === 'refused') throw new Error(joined.detail);
  joined.slot.read();
  if (mode === 'churn') await joined.slot.leave();
  else opened.ledger.close();
}
