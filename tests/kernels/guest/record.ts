/** Runs in a guest: joins a pod of its own by the tracer's own loader, runs the test program there, prints a GuestResult. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { ContainerReading, Ledger } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import type { Fact, GuestResult, Mode, Recorded } from '../result.ts';
import { MODES } from '../result.ts';
import { NOTES_BYTES, decodeNotes } from './notes.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const POD = join(CGROUP_ROOT, 'pod');

/** Lives once in a container of its own, which is gone when this returns; gives what it noted. */
function live(mode: Mode): readonly Fact[] {
  const cgroup = join(POD, mode);
  const notes = join('/run', mode);
  mkdirSync(cgroup);
  writeFileSync(notes, Buffer.alloc(NOTES_BYTES));
  execFileSync('/flak/calls', [mode, notes, join(cgroup, 'cgroup.procs')], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmdirSync(cgroup);
  return decodeNotes(readFileSync(notes));
}

function factsOf({ entries }: ContainerReading): Fact[] {
  return entries.flatMap(({ abi, origin, calls, denied }) => [
    ...calls.map(({ nr }): Fact => `${origin} ${abi} ${nr}`),
    ...denied.map(({ nr, errno }): Fact => `${origin} ${abi} ${nr} denied ${errno}`),
  ]);
}

async function record(ledger: Ledger): Promise<Recorded | GuestResult> {
  mkdirSync(POD);
  const cgroupIds = [statSync(POD, { bigint: true }).ino];
  const joined = await ledger.join({ podUid: crypto.randomUUID(), cgroupIds });
  if (joined.kind === 'refused') return { ...joined, release: release() };
  const noted = Object.fromEntries(MODES.map((mode) => [mode, live(mode)]));
  const { containers, reasons } = joined.slot.read();
  const recorded = Object.fromEntries(containers.map((container) => [container.name, factsOf(container)]));
  await joined.slot.leave();
  return { kind: 'recorded', release: release(), noted, recorded, reasons };
}

async function main(): Promise<GuestResult> {
  mkdirSync('/run/flak', { recursive: true });
  const opened = openLedger({
    pinRoot: '/sys/fs/bpf/flak',
    lockFile: '/run/flak/ledger.lock',
    objectFile: '/flak/tracer/ledger/ledger.bpf.o',
    cgroupRoot: CGROUP_ROOT,
  });
  return opened.kind === 'refused' ? { ...opened, release: release() } : record(opened.ledger);
}

console.log(JSON.stringify(await main()));
