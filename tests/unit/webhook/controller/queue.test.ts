import { deepEqual, equal, ok } from 'node:assert/strict';
import { createWorkQueue, queueBackoffMs } from '../../../../webhook/controller/queue.ts';
import type { Turn } from '../../../../webhook/controller/queue.ts';
import { settle } from '../kube/virtual-clock.ts';

const DONE: Turn = { kind: 'done' };

describe('the work queue', () => {
  const timers: { afterMs: number; then: () => void; cancelled: boolean }[] = [];
  const started: string[] = [];
  let open: Map<string, (turn: Turn) => void>;
  let ending: AbortController;

  const start = (concurrency: number) => {
    const queue = createWorkQueue({
      concurrency,
      random: () => 0.5,
      startTimer: (afterMs, then) => {
        const timer = { afterMs, then, cancelled: false };
        timers.push(timer);
        return {
          cancel: () => {
            timer.cancelled = true;
          },
        };
      },
    });
    const run = queue.run((key) => {
      started.push(key);
      return new Promise((resolve) => open.set(key, resolve));
    }, ending.signal);
    return { queue, run };
  };
  const finish = async (key: string, turn: Turn = DONE): Promise<void> => {
    open.get(key)?.(turn);
    await settle();
  };
  const pending = (): number[] => timers.filter(({ cancelled }) => !cancelled).map(({ afterMs }) => afterMs);

  beforeEach(() => {
    timers.length = 0;
    started.length = 0;
    open = new Map();
    ending = new AbortController();
  });
  afterEach(() => {
    ending.abort();
  });

  it('works on no more keys at once than it may', async () => {
    const { queue } = start(2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    deepEqual(started, ['a', 'b']);
    equal(queue.depth(), 3);
    await finish('a');
    deepEqual(started, ['a', 'b', 'c']);
  });

  it('takes a key that is added many times once', () => {
    const { queue } = start(1);
    for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
    equal(queue.depth(), 2);
  });

  it('never works on one key twice at a time, and once more when it was added meanwhile', async () => {
    const { queue } = start(4);
    queue.add('a');
    queue.add('a');
    queue.add('a');
    deepEqual(started, ['a']);
    await finish('a');
    deepEqual(started, ['a', 'a']);
    await finish('a');
    deepEqual(started, ['a', 'a']);
  });

  it('looks again when a turn asks for it, or sooner when the key is added', async () => {
    const { queue } = start(1);
    queue.add('a');
    await finish('a', { kind: 'again', afterMs: 5000 });
    deepEqual(pending(), [5000]);
    queue.add('a');
    deepEqual(pending(), []);
    deepEqual(started, ['a', 'a']);
  });

  it('doubles the pause of a key that fails, and forgets it with the first success', async () => {
    const { queue } = start(1);
    for (const expected of [100, 200, 400]) {
      queue.add('a');
      await finish('a', { kind: 'failed', atLeastMs: 0 });
      equal(pending().at(-1), expected);
    }
    queue.add('a');
    await finish('a');
    queue.add('a');
    await finish('a', { kind: 'failed', atLeastMs: 0 });
    equal(pending().at(-1), 100);
  });

  it('waits as long as a failure demands', async () => {
    const { queue } = start(1);
    queue.add('a');
    await finish('a', { kind: 'failed', atLeastMs: 7000 });
    deepEqual(pending(), [7000]);
  });

  it('does not hurry a failed key because it changed meanwhile', async () => {
    const { queue } = start(1);
    queue.add('a');
    queue.add('a');
    await finish('a', { kind: 'failed', atLeastMs: 0 });
    deepEqual(started, ['a']);
    deepEqual(pending(), [100]);
  });

  it('ends after the turns under way, and starts nothing more', async () => {
    const { queue, run } = start(1);
    queue.add('a');
    queue.add('b');
    let ended = false;
    const end = run.then(() => {
      ended = true;
    });
    ending.abort();
    await settle();
    equal(ended, false);
    await finish('a');
    await end;
    deepEqual(started, ['a']);
    equal(queue.depth(), 0);
  });

  it('never waits longer than half a minute and a bit', () => {
    ok([1, 5, 50].every((failures) => queueBackoffMs(failures, () => 1) <= 37_500));
  });
});
