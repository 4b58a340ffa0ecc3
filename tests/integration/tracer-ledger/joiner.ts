/**
 * A tracer to be killed at any moment. Told on stdin whom to join; `wait`: says when it was armed, and waits; the others say that they
 * begin and go on without end: `stay` joins and reads and never leaves, `churn` joins, reads and leaves.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import type { Ledger, LedgerOptions, Slot } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';

export interface Task {
  readonly mode: 'wait' | 'stay' | 'churn';
  readonly options: LedgerOptions;
  readonly podUid: string;
  readonly cgroupId: string;
}

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const { mode, options, podUid, cgroupId } = JSON.parse(line) as Task;
flushCompileCache(); // else it is written at the end of a process, which none here lives to see

async function join(): Promise<{ ledger: Ledger; slot: Slot }> {
  const opened = openLedger(options);
  if (opened.kind === 'refused') throw new Error(opened.detail);
  const joined = await opened.ledger.join({ podUid, cgroupIds: [BigInt(cgroupId)] });
  if (joined.kind === 'refused') throw new Error(joined.detail);
  return { ledger: opened.ledger, slot: joined.slot };
}

if (mode === 'wait') {
  const { slot } = await join();
  process.stdout.write(`${slot.armedAtBootNs}\n`);
  setInterval(() => slot.changes(), 1000);
} else {
  process.stdout.write('begins\n');
  for (;;) {
    const { ledger, slot } = await join();
    slot.read();
    if (mode === 'churn') await slot.leave();
    else ledger.close();
  }
}
