import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from '../../../../tracer/ledger/kernel.ts';
import { loadKernel } from '../../../../tracer/ledger/kernel.ts';
import { isCgroupGone } from '../../../../tracer/ledger/shared-node.ts';

describe('whether a cgroup is gone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flak-gone-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A kernel that leads to this directory, or says that there is none. */
  const leadingTo = (directory: string | null): Kernel => ({
    ...loadKernel(),
    inCgroup: (_, __, use) => (directory === null ? null : use(directory)),
  });
  const isGone = (directory: string | null): boolean =>
    isCgroupGone({ kernel: leadingTo(directory), cgroupRoot: '/' }, 1n);

  it('is said where the kernel knows none, and where what it leads to has no files, as before Linux 6.1', () => {
    assert.equal(isGone(null), true);
    assert.equal(isGone(folder), true);
    writeFileSync(join(folder, 'cgroup.procs'), '');
    assert.equal(isGone(folder), false);
  });
});
