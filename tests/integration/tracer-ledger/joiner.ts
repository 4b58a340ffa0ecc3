/**
 * A tracer to be killed. Told on stdin whom to join; `wait`: says when it was armed, and waits; `churn`: says that it begins, then joins and
 * leaves without end.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LedgerOptions, Slot } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';

export interface Task {
  readonly mode: 'wait' | 'churn';
  readonly options: LedgerOptions;
  readonly podUid: string;
  readonly id: string;
}

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const { mode, options, podUid, id } = JSON.parse(line) as Task;

async function join(): Promise<Slot> {
  const opened = openLedger(options);
  if (opened.kind === 'refused') throw new Error(opened.detail);
  const joined = await opened.ledger.join({ podUid, cgroupIds: [BigInt(id)] });
  if (joined.kind === 'refused') throw new Error(joined.detail);
  return joined.slot;
}

if (mode === 'wait') {
  const slot = await join();
  process.stdout.write(`${slot.armedAtBootNs}\n`);
  setInterval(() => slot.changes(), 1000);
} else {
  process.stdout.write('churning\n');
  for (;;) await (await join()).leave();
}
