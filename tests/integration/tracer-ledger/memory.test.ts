import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipEvenInCi } from '../../skip.ts';
import { stageForEach } from './stage-hooks.ts';
import { startTracer } from './tracers.ts';

/** The test machine's memory controller; where it is in the v2 hierarchy it is called otherwise, and other files say the same. */
const V1_MEMORY = '/sys/fs/cgroup/memory';
/** FLAK_TRACER_MEMORY_LIMIT, docs/configuration.md: 512Mi. */
const LIMIT_BYTES = 512 * 1024 * 1024;
/** What docs/ledger.md states. */
const SLOT_BYTES = 3_300_000;
const SLOT_MAPS = ['flak_rows', 'flak_containers', 'flak_tuples', 'flak_marks'];

interface KernelMap {
  readonly name?: string;
  readonly bytes_memlock: number;
}

function listMaps(): KernelMap[] {
  return JSON.parse(execFileSync('bpftool', ['-j', 'map', 'show'], { encoding: 'utf8' })) as KernelMap[];
}

describe('the memory of the ledger', function () {
  const stage = stageForEach();

  it('is as large as the documentation says', async () => {
    const slot = await stage.join(stage.pod());
    // Of one size for every slot of this machine, whoever else has joined.
    const sizes = new Map(listMaps().map(({ name, bytes_memlock: bytes }) => [name, bytes]));
    await slot.leave();
    const bytes = SLOT_MAPS.reduce((sum, name) => sum + (sizes.get(name) ?? Infinity), 0);
    assert.ok(bytes <= SLOT_BYTES, `${bytes} bytes`);
  });

  it('is charged to the tracer that joins, and fits its limit many times', async function () {
    if (!existsSync(join(V1_MEMORY, 'memory.limit_in_bytes')))
      skipEvenInCi(this, 'no memory controller at its v1 mount');
    const group = join(V1_MEMORY, `flak-test-memory-${process.pid}`);
    mkdirSync(group);
    const read = (file: string): number => Number(readFileSync(join(group, file), 'utf8'));
    try {
      writeFileSync(join(group, 'memory.limit_in_bytes'), String(LIMIT_BYTES));
      const { tracer, told } = await startTracer(stage, stage.pod(), 'wait', join(group, 'cgroup.procs'));
      assert.match(told, /^\d+\n$/, 'it has joined');
      const peak = read('memory.max_usage_in_bytes');
      tracer.kill('SIGKILL');
      await once(tracer, 'exit');
      assert.ok(peak < LIMIT_BYTES / 2, `${peak} bytes of ${LIMIT_BYTES}`);
      assert.equal(read('memory.failcnt'), 0);
      const left = read('memory.kmem.usage_in_bytes');
      assert.ok(left > SLOT_BYTES * 0.9, `the slot goes on, and with it ${left} bytes`);
    } finally {
      rmdirSync(group);
    }
  });
});
