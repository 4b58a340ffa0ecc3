/** The object that kernels before 5.13 get, on this one: what it keeps in a hash of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compileCalls } from '../../kernels/initramfs.ts';
import { record } from '../../kernels/guest/live.ts';
import { testRecording } from '../../kernels/kernel-tests.ts';
import { skipBecause } from '../../skip.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import type { Ledger, SlotReading } from '../../../tracer/ledger/ledger.ts';
import { calledBy } from '../tracer-ledger/numbers.ts';
import type { Stage } from '../tracer-ledger/stage.ts';
import { REPOSITORY, makeCgroup, openStage, runInside } from '../tracer-ledger/stage.ts';

/** CALLERS of tracer/ledger/state.h. */
const CALLERS = 8192;
const GETPRIORITY = 140;

function openWithout(stage: Stage): Ledger {
  const objectFile = join(REPOSITORY, 'tracer/ledger/ledger-5.10.bpf.o');
  const opened = openLedger({ ...stage.options, objectFile });
  assert.ok(opened.kind === 'ok');
  return opened.ledger;
}

function bpftool(...words: string[]): unknown {
  return JSON.parse(execFileSync('bpftool', ['--json', ...words], { encoding: 'utf8' }));
}

/** How many tasks have a state. Of the maps of this name, those of other tests' ledgers are no hashes. */
function countCallers(): number {
  const maps = bpftool('map', 'show') as { id: number; type: string; name: string }[];
  const own = maps.filter(({ type, name }) => type === 'hash' && name === 'callers');
  assert.equal(own.length, 1);
  return own.flatMap(({ id }) => bpftool('map', 'dump', 'id', String(id)) as unknown[]).length;
}

interface Crowd {
  readonly reading: SlotReading;
  /** Tasks that had a state when all had ended. */
  readonly remembered: number;
}

/** What is recorded of programs/crowd.c. */
async function recordCrowd(how: string, count: number): Promise<Crowd> {
  using stage = openStage();
  const ledger = openWithout(stage);
  try {
    const pod = stage.pod();
    const joined = await ledger.join(pod.target);
    assert.ok(joined.kind === 'ok');
    const program = join(stage.folder, 'crowd');
    const source = join(REPOSITORY, 'tests/kernels/programs/crowd.c');
    execFileSync('cc', ['-static', '-pthread', '-O1', '-Wall', '-Werror', source, '-o', program]);
    runInside(makeCgroup(pod, 'one'), `exec ${program} ${how} ${count}`);
    const crowd = { reading: joined.slot.read(), remembered: countCallers() };
    await joined.slot.leave();
    return crowd;
  } finally {
    ledger.close();
  }
}

testRecording('without task storage', async (context) => {
  if (process.getuid?.() !== 0) skipBecause(context, 'loading BPF programs takes root');
  if (process.arch !== 'x64') skipBecause(context, `the program is one for x86_64, this is ${process.arch}`);
  using stage = openStage();
  const ledger = openWithout(stage);
  try {
    const program = join(stage.folder, 'calls');
    compileCalls(program);
    return { told: await record(ledger, { pod: stage.pod().directory, program, folder: stage.folder }), console: '' };
  } finally {
    ledger.close();
  }
});

describe('the ledger’s own memory of tasks', function () {
  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs takes root');
  });

  it('forgets each task when it ends', async () => {
    const { reading, remembered } = await recordCrowd('apart', 1000);
    assert.deepEqual(reading.reasons, []);
    assert.equal(remembered, 0);
  });

  it('says so when more threads than it has room for live at once, and takes the others for the workload', async () => {
    const { reading, remembered } = await recordCrowd('together', CALLERS + 100);
    assert.deepEqual(reading.reasons, ['origin-unknown']);
    assert.ok(calledBy(reading.containers[0], 'x86_64', 'startup').includes(GETPRIORITY));
    assert.equal(remembered, 0);
  });
});
