/** A tracer to be killed: joins as told on stdin, says when it was armed, and waits. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { LedgerOptions } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const { options, podUid, id } = JSON.parse(line) as { options: LedgerOptions; podUid: string; id: string };
const opened = openLedger(options);
if (opened.kind === 'refused') throw new Error(opened.detail);
const joined = await opened.ledger.join({ podUid, cgroupIds: [BigInt(id)] });
if (joined.kind === 'refused') throw new Error(joined.detail);
process.stdout.write(`${joined.slot.armedAtBootNs}\n`);
setInterval(() => joined.slot.changes(), 1000);
