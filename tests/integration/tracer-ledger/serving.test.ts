import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Origin } from '../../../profile/recording.ts';
import type { Slot } from '../../../tracer/ledger/ledger.ts';
import { calledBy } from './numbers.ts';
import type { PodCgroup } from './stage.ts';
import { cgroupId, compile, makeCgroup } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';

const GETPGID = 121;
const GETPRIORITY = 140;

/** A container’s own task, which makes the calls it is told. */
class Workload implements AsyncDisposable {
  readonly #shell: ChildProcess;

  constructor(cgroup: string, program: string) {
    const script = `echo $$ > ${cgroup}/cgroup.procs; exec ${program} ask`;
    this.#shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  async #said(): Promise<void> {
    if (this.#shell.stdout) await once(this.#shell.stdout, 'data');
  }

  static async start(cgroup: string, program: string): Promise<Workload> {
    const workload = new Workload(cgroup, program);
    await workload.#said();
    return workload;
  }

  async call(nr: number): Promise<void> {
    this.#shell.stdin?.write(`${nr}\n`);
    await this.#said();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    await ended;
  }
}

describe('a container that has become ready', function () {
  const stage = stageForEach();
  let pod: PodCgroup;
  let program: string;

  beforeEach(() => {
    pod = stage.pod();
    program = join(stage.folder, 'number');
    compile('number', program);
  });

  function calls(slot: Slot, name: string, ...origins: Origin[]): number[] {
    const container = slot.read().containers.find((one) => one.name === name);
    return calledBy(container, 'x86_64', ...origins);
  }

  it('serves from then on: new calls and repeated ones; another container goes on starting up', async () => {
    const [one, other] = [makeCgroup(pod, 'one'), makeCgroup(pod, 'other')];
    await using workload = await Workload.start(one, program);
    await using neighbour = await Workload.start(other, program);
    const slot = await stage.join(pod);
    await workload.call(GETPGID);
    await slot.markServing([cgroupId(one)]);
    await workload.call(GETPRIORITY);
    await neighbour.call(GETPRIORITY);
    assert.ok(calls(slot, 'one', 'startup').includes(GETPGID));
    assert.ok(!calls(slot, 'one', 'startup').includes(GETPRIORITY));
    assert.ok(calls(slot, 'one', 'serving').includes(GETPRIORITY));
    assert.ok(!calls(slot, 'one', 'serving').includes(GETPGID));
    await workload.call(GETPGID);
    assert.ok(calls(slot, 'one', 'serving').includes(GETPGID), 'a call known from start-up is seen serving as well');
    assert.ok(calls(slot, 'other', 'startup').includes(GETPRIORITY));
    assert.deepEqual(calls(slot, 'other', 'serving'), []);
    await slot.leave();
  });

  it('may be marked before it has made a call, and again; the mark is there for a successor', async () => {
    const cgroup = makeCgroup(pod, 'one');
    await using workload = await Workload.start(cgroup, program);
    const first = await stage.join(pod);
    await first.markServing([cgroupId(cgroup)]);
    await first.markServing([cgroupId(cgroup)]);
    const successor = await stage.join(pod);
    assert.equal(successor.resumed, true);
    await workload.call(GETPGID);
    assert.ok(calls(successor, 'one', 'serving').includes(GETPGID));
    assert.deepEqual(calls(successor, 'one', 'startup'), []);
    await successor.leave();
  });

  it('starts up again in a slot that is joined anew', async () => {
    const cgroup = makeCgroup(pod, 'one');
    await using workload = await Workload.start(cgroup, program);
    const stayer = await stage.join(stage.pod()); // so that the programs stay, with what they have cached
    const slot = await stage.join(pod);
    await slot.markServing([cgroupId(cgroup)]);
    await workload.call(GETPGID);
    await slot.leave();
    const again = await stage.join(pod);
    await workload.call(GETPGID);
    assert.deepEqual(calls(again, 'one', 'serving'), []);
    assert.ok(calls(again, 'one', 'startup').includes(GETPGID));
    await again.leave();
    await stayer.leave();
  });
});
