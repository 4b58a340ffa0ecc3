import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBounded } from '../../bounded-run.ts';
import { TemporaryTree } from '../../temporary-tree.ts';

const LONG_MS = 20_000;

/** Whether a process is there and no zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a command that is bounded in time', () => {
  it('ends by itself with its own exit code', async () => {
    assert.deepEqual(await runBounded(['sh', '-c', 'exit 7'], process.env, LONG_MS), {
      code: 7,
      overran: false,
      interrupted: false,
    });
  });

  it('ends with 128 and the number of the signal that ended it', async () => {
    assert.deepEqual(await runBounded(['sh', '-c', 'kill -TERM $$'], process.env, LONG_MS), {
      code: 143,
      overran: false,
      interrupted: false,
    });
  });

  it('is killed with what it started once its time is over, though both ignore every polite signal', async () => {
    using tree = new TemporaryTree();
    const pids = join(tree.root, 'pids');
    const script = `trap '' TERM INT; sleep 1000 & echo $$ $! > ${pids}; wait`;
    assert.deepEqual(await runBounded(['sh', '-c', script], process.env, 1000, 300), {
      code: 137,
      overran: true,
      interrupted: false,
    });
    assert.ok(existsSync(pids), 'it had not begun');
    const left = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    for (let turn = 0; left.some(isAlive) && turn < 100; turn++) await sleep(20);
    assert.deepEqual(left.filter(isAlive), []);
  });

  it('is killed with what takes no notice though itself it ends politely', async () => {
    using tree = new TemporaryTree();
    const pids = join(tree.root, 'pids');
    const script = `(trap '' TERM; echo started > ${pids}; exec sleep 1000) & wait`;
    const { code, overran } = await runBounded(['sh', '-c', script], process.env, 1000, 300);
    assert.deepEqual([code, overran, existsSync(pids)], [143, true, true]);
    const { stdout } = spawnSync('pgrep', ['-fx', 'sleep 1000'], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });

  it('is told when we are, and says so', async () => {
    const ended = runBounded(['sh', '-c', 'trap "exit 9" INT; while :; do sleep 0.1; done'], process.env, LONG_MS);
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.emit('SIGINT', 'SIGINT');
    const { code, interrupted } = await ended;
    assert.deepEqual([[9, 130].includes(code), interrupted], [true, true]);
  });

  it('is an error where there is no such program', async () => {
    await assert.rejects(runBounded(['/nowhere/at-all'], process.env, LONG_MS), /ENOENT/);
  });
});
