import assert from 'node:assert/strict';
import type { ContainerDescription } from '../../../../tracer/containers/find-record.ts';
import type { FalcoEvent } from '../../../../tracer/falco/event.ts';
import { MOST_CONTAINERS, Tally } from '../../../../tracer/falco/tally.ts';
import { APP, GATE, PAUSE } from './lines.ts';

const UNKNOWN: ContainerDescription = { name: null, kind: 'unknown', runtime: null };
const container = (name: string): ContainerDescription => ({ name, kind: 'container', runtime: 'runc' });
const idOf = (nr: number): string => nr.toString(16).padStart(64, '0');

function event(containerId: string | undefined, name: string): FalcoEvent {
  const none = { fd: undefined, path: undefined, flags: undefined, size: undefined, ret: 0, fields: new Map() };
  return { timeNs: 1n, name, pid: 1, tid: 1, comm: 'x', containerId, ...none };
}

describe('what Falco reported of each container', () => {
  const records = new Map([
    [APP, container('app')],
    [GATE, container('flak-gate')],
    [PAUSE, { name: null, kind: 'sandbox', runtime: 'runc' } as const],
  ]);
  const describe_ = (id: string): ContainerDescription => records.get(id) ?? UNKNOWN;

  it("is the kernel's names, each once, without the gate, the sandbox and events that are no calls", () => {
    const tally = new Tally(describe_);
    const heard = ['pread', 'openat', 'pread', 'procexit'].map((name) => tally.add(event(APP, name)));
    assert.deepEqual(heard, [true, true, true, true]);
    for (const id of [GATE, PAUSE, undefined]) assert.equal(tally.add(event(id, 'write')), false);
    assert.deepEqual(tally.calls(), [{ container: 'app', names: ['openat', 'pread64'] }]);
    assert.deepEqual([tally.changes, tally.events], [2, 5]);
  });

  it('counts events of the time since it was last asked, for who wonders what the noise is', () => {
    const tally = new Tally(describe_);
    for (const name of ['read', 'read', 'write']) tally.add(event(APP, name));
    assert.deepEqual(
      [...tally.takeWindow()],
      [
        ['read', 2],
        ['write', 1],
      ],
    );
    assert.equal(tally.takeWindow().size, 0);
  });

  it('is told by the name that is learnt later, and that of a container whose record has gone since it was met', () => {
    const late = new Map<string, ContainerDescription>([[idOf(1), container('short')]]);
    const tally = new Tally((id) => late.get(id) ?? UNKNOWN);
    tally.meet([idOf(1)]);
    late.clear();
    tally.add(event(idOf(1), 'getpid'));
    tally.add(event(idOf(2), 'getppid'));
    assert.deepEqual(tally.calls(), [{ container: 'short', names: ['getpid'] }]);
    late.set(idOf(2), container('slow'));
    tally.learn();
    assert.deepEqual(
      tally.calls().map(({ container }) => container),
      ['short', 'slow'],
    );
  });

  it('keeps what restarts of a container called, however many there are', () => {
    const tally = new Tally(() => container('app'));
    tally.add(event(idOf(0), 'getpid'));
    for (let nr = 1; nr <= MOST_CONTAINERS + 5; nr += 1) tally.add(event(idOf(nr), 'read'));
    assert.deepEqual(tally.calls(), [{ container: 'app', names: ['getpid', 'read'] }]);
  });

  it('keeps to its bound though somebody makes names up', () => {
    const tally = new Tally(describe_);
    for (let nr = 0; nr < 2_000; nr += 1) tally.add(event(APP, `call${nr}`));
    assert.equal(tally.calls()[0]?.names.length, 576);
    assert.equal(tally.takeWindow().size, 576);
  });
});
