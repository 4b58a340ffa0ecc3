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

/** What is recorded of programs/crowd.c. */
async function recordCrowd(how: string, count: number): Promise<SlotReading> {
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
    const reading = joined.slot.read();
    await joined.slot.leave();
    return reading;
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

  it('forgets tasks that have ended: more than it has room for, one after the other, are told apart', async () => {
    const { reasons } = await recordCrowd('apart', CALLERS + 1000);
    assert.deepEqual(reasons, []);
  });

  it('says so when more threads than it has room for live at once, and takes the others for the workload', async () => {
    const { reasons, containers } = await recordCrowd('together', CALLERS + 100);
    assert.deepEqual(reasons, ['origin-unknown']);
    assert.ok(calledBy(containers[0], 'x86_64', 'startup').includes(GETPRIORITY));
  });
});
