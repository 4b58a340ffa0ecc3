import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { isSameProcess, parseStat } from '../../cluster/daemons/identity.ts';
import { parseIdentity } from '../../cluster/daemons/parse-identity.ts';
import { endProcesses, identify, isRunning } from '../../cluster/daemons/processes.ts';

/** A line of /proc/PID/stat with a given name, state (field 3) and start time (field 22). */
function stat(name: string, state: string, startTicks: string): string {
  const between = Array.from({ length: 18 }, (_, index) => String(index + 4));
  return `41 (${name}) ${state} ${between.join(' ')} ${startTicks} 23 24 25\n`;
}

const ONE = { pid: 41, startTicks: '777', bootId: 'boot' };

describe('the identity of a process', () => {
  for (const name of ['etcd', 'a b', 'x) R 1 2 (y', '((']) {
    it(`is found behind the name ${JSON.stringify(name)}`, () => {
      assert.deepEqual(parseStat(stat(name, 'S', '777')), { state: 'S', startTicks: '777' });
    });
  }

  it('is none where the text is no stat line', () => {
    assert.equal(parseStat(''), undefined);
    assert.equal(parseStat('41 (etcd) S 1'), undefined);
  });

  const others: [string, string | undefined, string][] = [
    ['no process has the number', undefined, 'boot'],
    ['the number went to a process that began later', stat('etcd', 'S', '778'), 'boot'],
    ['the machine was booted again', stat('etcd', 'S', '777'), 'other boot'],
    ['it has ended and waits to be reaped', stat('etcd', 'Z', '777'), 'boot'],
  ];
  for (const [title, text, boot] of others) {
    it(`is another's where ${title}`, () => {
      assert.equal(isSameProcess(ONE, text, boot), false);
    });
  }

  it('is kept while the process runs', () => {
    assert.equal(isSameProcess(ONE, stat('etcd', 'R', '777'), 'boot'), true);
  });

  it('survives its file, and a file with anything else is none', () => {
    assert.deepEqual(parseIdentity(JSON.stringify(ONE)), ONE);
    for (const text of ['', '{', '{}', '{"pid":0,"startTicks":"1","bootId":"b"}']) {
      assert.equal(parseIdentity(text), undefined);
    }
  });
});

describe('ending processes', () => {
  it('kills one that ignores SIGTERM, and leaves alone whoever has the number of another', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], { detached: true });
    const exited = new Promise<string | null>((resolve) => {
      child.on('exit', (_, signal) => {
        resolve(signal);
      });
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const identity = identify(child.pid ?? 0);
    assert.ok(identity);

    await endProcesses([{ ...identity, startTicks: '1' }], 0);
    assert.equal(isRunning(identity), true);

    await endProcesses([identity], 50);
    assert.equal(isRunning(identity), false);
    assert.equal(await exited, 'SIGKILL');
  });
});
