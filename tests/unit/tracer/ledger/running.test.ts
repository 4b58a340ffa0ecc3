import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRunning } from '../../../../tracer/ledger/running.ts';

describe('the containers that run before the ledger does', () => {
  let pod: string;
  beforeEach(() => {
    pod = mkdtempSync(join(tmpdir(), 'flak-running-'));
  });
  afterEach(() => {
    rmSync(pod, { recursive: true });
  });

  function cgroup(path: string, ...pids: number[]): void {
    mkdirSync(join(pod, path), { recursive: true });
    writeFileSync(join(pod, path, 'cgroup.procs'), pids.map((pid) => `${pid}\n`).join(''));
  }

  it('are the cgroups with a process in them or deeper, with the mount namespace of the oldest', () => {
    cgroup('direct', process.pid);
    cgroup('nested/inner', process.pid);
    cgroup('empty');
    const [direct, nested, ...others] = listRunning(pod).sort((one, other) => one.name.localeCompare(other.name));
    assert.deepEqual(direct, {
      name: 'direct',
      cgroupId: statSync(join(pod, 'direct'), { bigint: true }).ino,
      mountNs: statSync('/proc/self/ns/mnt').ino,
    });
    assert.equal(nested?.name, 'nested');
    assert.deepEqual(others, []);
  });

  it('have no known mount namespace where their process has ended', () => {
    cgroup('brief', 2 ** 30);
    assert.equal(listRunning(pod)[0]?.mountNs, 0);
  });

  it('leave out processes of another pid namespace, which read as 0', () => {
    cgroup('foreign', 0);
    assert.deepEqual(listRunning(pod), []);
  });

  it('are none where the pod’s cgroup is gone', () => {
    assert.deepEqual(listRunning(join(pod, 'nowhere')), []);
  });
});
