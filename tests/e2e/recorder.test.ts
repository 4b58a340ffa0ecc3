/** The recorder is what the ledger is judged by, so it is tried by itself first. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { startRecorder } from './recorder.ts';
import { within } from '../within.ts';

const V2 = existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';

/** Runs a shell line in a cgroup of its own, which is gone afterwards; gives the cgroup's id. */
function runInCgroup(name: string, line: string): bigint {
  const directory = `${V2}/${name}`;
  mkdirSync(directory);
  try {
    execFileSync('sh', ['-c', `echo $$ > ${directory}/cgroup.procs; ${line}`], within(60_000));
    return statSync(directory, { bigint: true }).ino;
  } finally {
    rmdirSync(directory);
  }
}

/** The mounts that bpftrace needs, as the machine sees them. */
function tracingMounts(): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.filter((line) => /^(tracefs|debugfs) /.test(line));
}

describe('the independent recorder', () => {
  it('keeps cgroups apart, knows their paths when they are gone, and sees what ran in them', async function () {
    this.timeout(120_000);
    const mountsBefore = tracingMounts();
    const recorder = await startRecorder();
    const name = `flak-recorder-${process.pid}`;
    const first = runInCgroup(`${name}-1`, 'true');
    // getgroups (115) is something that no shell or sleep asks for by itself
    const second = runInCgroup(`${name}-2`, `perl -e 'syscall(115, 0, 0); syscall(115, 0, 0)'; sleep 0.1`);
    const recording = await recorder.stop();

    assert.equal(recording.cgroups.get(first), `/${name}-1`);
    assert.equal(recording.cgroups.get(second), `/${name}-2`);
    const numbers = (id: bigint) => new Set(recording.calls.get(id)?.map(({ nr }) => nr));
    assert.ok(numbers(second).has(115));
    assert.ok(!numbers(first).has(115));
    // write (1) into cgroup.procs was made from outside, exit_group (231) inside
    assert.ok(numbers(first).has(231));
    assert.ok(recording.calls.get(second)?.some(({ program, nr }) => program === 'sleep' && nr === 230));
    const began = [first, second].map((id) => recording.firstNs.get(id) ?? 0n);
    assert.ok(began[0] !== undefined && began[1] !== undefined && 0n < began[0] && began[0] < began[1], began.join());
    const up = BigInt(Math.round(uptime() * 1000)) * 1_000_000n;
    assert.ok(
      began[1] < up && began[1] > up - 60_000_000_000n,
      `${began[1]} isn't of the boot clock, which is at ${up}`,
    );
    assert.deepEqual(tracingMounts(), mountsBefore);
  });
});
