import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKernel } from '../../../../tracer/ledger/kernel.ts';
import { withLock } from '../../../../tracer/ledger/lock.ts';
import { askSlotLocks, holdSlotLock } from '../../../../tracer/ledger/slot-lock.ts';

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

describe('the locks by which a slot’s tracer is known to live', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flak-slot-lock-'));
  const file = join(folder, 'ledger.lock');
  const kernel = loadKernel();
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const held = (): number[] => askSlotLocks(file, kernel, (isHeld) => [0, 1, 255].filter(isHeld));

  it('are held for each slot until they are let go of, by several tracers if need be', () => {
    assert.deepEqual(held(), []);
    const [first, successor, other] = [0, 0, 255].map((index) => holdSlotLock(file, kernel, index));
    assert.deepEqual(held(), [0, 255]);
    first?.();
    assert.deepEqual(held(), [0, 255], 'the successor holds it');
    successor?.();
    assert.deepEqual(held(), [255]);
    other?.();
    assert.deepEqual(held(), []);
  });

  it('neither disturb nor are disturbed by the lock between tracers', async () => {
    const release = holdSlotLock(file, kernel, 1);
    await withLock(file, kernel, () => {
      assert.deepEqual(held(), [1]);
    });
    assert.deepEqual(held(), [1]);
    release();
  });
});
