import { deepEqual, equal } from 'node:assert/strict';
import { letGoOfEverything } from '../../../../webhook/controller/uninstall.ts';
import type { Deleted } from '../../../../webhook/controller/own-object.ts';
import type { Remaining } from '../../../../webhook/controller/uninstall.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { createVirtualClock } from '../kube/virtual-clock.ts';

const NOTHING: Remaining = { heldPods: 0, closedGates: 0, tracers: 0 };
const OK: Outcome<unknown> = { kind: 'ok', value: null };
const NAMESPACE: Deleted = { apiVersion: 'v1', plural: 'namespaces', namespace: null, name: 'flak-probe', uid: 'u-1' };
const AWAY: Outcome<string> = { kind: 'try-later', afterMs: 1000, message: 'away' };

interface Given {
  readonly marked?: Outcome<unknown>;
  readonly markedForMs?: number | null;
  readonly deleted?: Deleted;
  readonly uidAt?: (ms: number) => Outcome<string>;
}
interface Held {
  readonly atMs: number;
  readonly left: Remaining | null;
  readonly marks: number;
}

describe('letting go of everything before Flak is removed', () => {
  const ignored: string[] = [];
  beforeEach(() => {
    ignored.length = 0;
  });
  const hold = async (
    remainingAt: (ms: number) => Remaining,
    { marked = OK, markedForMs = null, deleted = NAMESPACE, uidAt = () => ({ kind: 'ok', value: 'u-1' }) }: Given = {},
  ): Promise<Held> => {
    const clock = createVirtualClock(0);
    let marks = 0;
    let answered: Held | null = null;
    const deps = {
      ...clock,
      findUid: () => Promise.resolve(uidAt(clock.steadyMs())),
      onIgnored: (_deleted: Deleted, why: string) => ignored.push(why),
      mark: () => {
        marks += 1;
        return Promise.resolve(marked);
      },
      markedForMs: () => markedForMs,
      remaining: () => remainingAt(clock.steadyMs()),
      onUninstall: () => undefined,
    };
    const done = letGoOfEverything(deps, deleted, new AbortController().signal).then((left) => {
      answered = { atMs: clock.steadyMs(), left, marks };
    });
    await clock.pass(60_000);
    await done;
    return answered as unknown as Held;
  };

  it('answers once the last finalizer, gate and tracer are gone', async () => {
    const left = { heldPods: 2, closedGates: 1, tracers: 2 };
    const { atMs, left: still } = await hold((ms) =>
      ms < 6000 ? left : ms < 9000 ? { ...NOTHING, tracers: 1 } : NOTHING,
    );
    equal(atMs, 9000);
    deepEqual(still, NOTHING);
  });

  it('does not take an empty view for the truth before the marker can have had any effect', async () => {
    const { atMs } = await hold((ms) => (ms < 500 ? NOTHING : ms < 4000 ? { ...NOTHING, heldPods: 1 } : NOTHING));
    equal(atMs, 4000);
  });

  it('answers after 25 s whatever is left, and says what', async () => {
    const { atMs, left } = await hold(() => ({ ...NOTHING, heldPods: 3 }));
    equal(atMs, 25_000);
    equal(left?.heldPods, 3);
  });

  it('does not hold the DELETEs that follow any longer, nor begin anew', async () => {
    const stuck = { ...NOTHING, heldPods: 1 };
    deepEqual(await hold(() => NOTHING, { markedForMs: 1500 }), { atMs: 0, left: NOTHING, marks: 0 });
    deepEqual(await hold(() => NOTHING, { markedForMs: 400 }), { atMs: 600, left: NOTHING, marks: 0 });
    deepEqual(await hold(() => stuck, { markedForMs: 20_000 }), { atMs: 5000, left: stuck, marks: 0 });
    deepEqual(await hold(() => stuck, { markedForMs: 26_000 }), { atMs: 0, left: stuck, marks: 0 });
  });

  it('begins anew where the marker is of an earlier removal that was broken off', async () => {
    deepEqual(await hold(() => NOTHING, { markedForMs: 60_000 }), { atMs: 1000, left: NOTHING, marks: 1 });
  });

  it('answers at once where the marker cannot be set', async () => {
    const { atMs } = await hold(() => ({ ...NOTHING, heldPods: 3 }), { marked: { kind: 'not-found' } });
    equal(atMs, 0);
  });

  describe('believes a review only when the API server has that very object', () => {
    const stuck = (): Remaining => ({ ...NOTHING, heldPods: 1 });
    const notBelieved = { atMs: 0, left: null, marks: 0 };

    const forgeries: Readonly<Record<string, Given>> = {
      'a UID that was guessed': { deleted: { ...NAMESPACE, uid: 'u-2' } },
      'no UID': { deleted: { ...NAMESPACE, uid: '' }, uidAt: () => ({ kind: 'ok', value: '' }) },
      'an object that is not there': { uidAt: () => ({ kind: 'not-found' }) },
      "somebody else's object, whose UID is right": { deleted: { ...NAMESPACE, name: 'shop' } },
      'an object of the right name elsewhere': {
        deleted: { ...NAMESPACE, plural: 'serviceaccounts', namespace: 'shop', name: 'flak-webhook' },
      },
    };
    for (const [title, given] of Object.entries(forgeries))
      it(`not with ${title}`, async () => {
        deepEqual(await hold(stuck, given), notBelieved);
        deepEqual(ignored, ['forged']);
      });

    it('and asks again while the API server is away, but not longer than the DELETE may be held', async () => {
      const back = await hold(() => NOTHING, {
        uidAt: (ms) => (ms < 3000 ? AWAY : { kind: 'ok', value: 'u-1' }),
      });
      // A second for the marker to have an effect, from when it was set.
      deepEqual(back, { atMs: 4000, left: NOTHING, marks: 1 });
      deepEqual(await hold(stuck, { uidAt: () => AWAY }), { atMs: 24_000, left: null, marks: 0 });
      deepEqual(ignored, ['unknown']);
    });

    it('and asks nothing about the DELETEs that follow a real one', async () => {
      const { left } = await hold(() => NOTHING, { markedForMs: 1500, uidAt: () => ({ kind: 'not-found' }) });
      deepEqual({ left, ignored }, { left: NOTHING, ignored: [] });
    });
  });
});
