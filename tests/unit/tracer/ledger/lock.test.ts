import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKernel } from '../../../../tracer/ledger/kernel.ts';
import { withLock } from '../../../../tracer/ledger/lock.ts';

describe('the lock between tracers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flak-lock-'));
  const file = join(folder, 'made/on/demand.lock');
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is free again after its holder failed', async () => {
    const failing = withLock(file, { tryLock: () => true }, () => {
      throw new Error('no luck');
    });
    await assert.rejects(failing, /no luck/);
    assert.equal(await withLock(file, loadKernel(), () => 'mine'), 'mine');
  });

  it('waits while another open file holds it', async () => {
    let refusals = 3;
    const result = await withLock(file, { tryLock: () => refusals-- === 0 }, () => refusals);
    assert.equal(result, -1);
  });

  it('asks again when the file it waited for was removed by its holder', async () => {
    let attempts = 0;
    const tryLock = (): boolean => {
      if (attempts++ === 0) rmSync(join(folder, 'made'), { recursive: true });
      return true;
    };
    await withLock(file, { tryLock }, () => {
      assert.ok(existsSync(file));
    });
    assert.equal(attempts, 2);
  });
});
