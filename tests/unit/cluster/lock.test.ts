import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../cluster/daemons/lock.ts';
import { identify } from '../../cluster/daemons/processes.ts';

describe('a lock', () => {
  let directory = '';
  let lock = '';
  const onWait = (): void => undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'flak-lock-'));
    lock = join(directory, 'lock');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('lets one in after the other', async () => {
    const events: string[] = [];
    const enter = (name: string): Promise<void> =>
      withLock(lock, { onWait }, async () => {
        events.push(`${name} in`);
        await Promise.resolve();
        events.push(`${name} out`);
      });
    await Promise.all([enter('a'), enter('b')]);
    assert.deepEqual(events, ['a in', 'a out', 'b in', 'b out']);
    assert.equal(existsSync(lock), false);
  });

  it('is open again after a failure', async () => {
    await assert.rejects(
      withLock(lock, { onWait }, () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(existsSync(lock), false);
  });

  it('is taken over from a process that was killed', async () => {
    const self = identify(process.pid);
    writeFileSync(lock, JSON.stringify({ ...self, startTicks: '1' }));
    assert.equal(await withLock(lock, { onWait }, () => Promise.resolve(5)), 5);
  });

  it('says once that it waits, and stops waiting when told', async () => {
    writeFileSync(lock, JSON.stringify(identify(process.pid)));
    const controller = new AbortController();
    let waits = 0;
    const waiting = withLock(
      lock,
      {
        signal: controller.signal,
        onWait: () => {
          waits += 1;
          controller.abort(new Error('enough'));
        },
      },
      () => Promise.resolve(),
    );
    await assert.rejects(waiting, /enough/);
    assert.equal(waits, 1);
  });
});
