import { deepEqual, equal } from 'node:assert/strict';
import { runElection } from '../../../../webhook/kube/lease.ts';
import { createResourceInMemory } from './resource-in-memory.ts';
import type { ResourceInMemory } from './resource-in-memory.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface Candidate {
  readonly stop: () => Promise<void>;
  /** Times of beginning (+) and ending (-) to lead. */
  readonly log: string[];
}

describe('the election of a leader', () => {
  let clock: VirtualClock;
  let leases: ResourceInMemory;
  let leaders: Set<string>;
  let most: number;

  beforeEach(() => {
    clock = createVirtualClock();
    leases = createResourceInMemory();
    leaders = new Set();
    most = 0;
  });

  const candidate = (
    identity: string,
    own: Pick<ResourceInMemory, 'get' | 'create' | 'mergePatch'> = leases,
  ): Candidate => {
    const ending = new AbortController();
    const log: string[] = [];
    const lead = async (signal: AbortSignal): Promise<void> => {
      leaders.add(identity);
      most = Math.max(most, leaders.size);
      log.push(`+${identity}`);
      await clock.sleep(10 ** 9, signal);
      leaders.delete(identity);
      log.push(`-${identity}`);
    };
    const run = runElection({ leases: own, namespace: 'ns', name: 'lease', identity, ...clock }, lead, ending.signal);
    return {
      log,
      stop: async () => {
        ending.abort();
        await run;
      },
    };
  };
  const holder = (): unknown => (leases.object('ns', 'lease')?.['spec'] as { holderIdentity?: string }).holderIdentity;

  it('has one winner among many, and keeps it', async () => {
    const all = ['a', 'b', 'c'].map((identity) => candidate(identity));
    await clock.pass(120_000);
    equal(leaders.size, 1);
    equal(most, 1);
    equal(all.flatMap(({ log }) => log).length, 1);
    await Promise.all(all.map(({ stop }) => stop()));
  });

  it('hands over within one retry when the leader ends', async () => {
    const a = candidate('a');
    await clock.pass(1);
    const b = candidate('b');
    await clock.pass(10_000);
    await a.stop();
    equal(holder(), '');
    await clock.pass(2000);
    deepEqual([...leaders], ['b']);
    equal(most, 1);
    await b.stop();
  });

  it('replaces a leader that died, after 15 s of its own clock', async () => {
    const dead = {
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2031-01-01T00:00:00.000000Z' },
    };
    leases.put('ns', { metadata: { name: 'lease' }, ...dead });
    const b = candidate('b');
    await clock.pass(14_000);
    equal(leaders.size, 0);
    await clock.pass(4000);
    deepEqual([...leaders], ['b']);
    await b.stop();
  });

  it('has one winner even where another still reads what was there before', async () => {
    const dead = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2031-01-01T00:00:00.000000Z' };
    leases.put('ns', { metadata: { name: 'lease' }, spec: dead });
    const old = await leases.get('ns', 'lease');
    const a = candidate('a');
    const late = candidate('late', { ...leases, get: () => Promise.resolve(old) });
    await clock.pass(60_000);
    deepEqual([...leaders], ['a']);
    equal(most, 1);
    await Promise.all([a.stop(), late.stop()]);
  });

  it('stops leading when it cannot renew for 10 s, before anyone else may begin', async () => {
    let broken = false;
    const cut =
      <A extends unknown[], R>(request: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R | { kind: 'try-later'; afterMs: number; message: string }> =>
        broken ? Promise.resolve({ kind: 'try-later' as const, afterMs: 1000, message: 'cut off' }) : request(...args);
    const own = { get: cut(leases.get), create: cut(leases.create), mergePatch: cut(leases.mergePatch) };
    const a = candidate('a', own);
    await clock.pass(5000);
    const b = candidate('b');
    await clock.pass(5000);
    broken = true;
    await clock.pass(13_000);
    deepEqual(a.log, ['+a', '-a']);
    equal(leaders.size, 0);
    await clock.pass(6000);
    deepEqual([...leaders], ['b']);
    equal(most, 1);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('stops leading when its requests are never answered', async () => {
    let hanging = false;
    const get: ResourceInMemory['get'] = (...args) => (hanging ? new Promise(() => undefined) : leases.get(...args));
    const a = candidate('a', { ...leases, get });
    await clock.pass(5000);
    hanging = true;
    await clock.pass(13_000);
    deepEqual(a.log, ['+a', '-a']);
  });

  it('keeps what others wrote beside it', async () => {
    const a = candidate('a');
    await clock.pass(5000);
    await leases.mergePatch('ns', 'lease', { metadata: { annotations: { mark: 'x' } } });
    await clock.pass(10_000);
    deepEqual(leases.object('ns', 'lease')?.metadata['annotations'], { mark: 'x' });
    deepEqual([...leaders], ['a']);
    await a.stop();
  });

  it('yields at once to a record that names another', async () => {
    const a = candidate('a');
    await clock.pass(5000);
    const renewTime = new Date(clock.now()).toISOString();
    await leases.mergePatch('ns', 'lease', { spec: { holderIdentity: 'z', renewTime } });
    await clock.pass(2000);
    equal(leaders.size, 0);
    await a.stop();
  });
});
