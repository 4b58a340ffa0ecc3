import { deepEqual, equal } from 'node:assert/strict';
import { letGoOfEverything } from '../../../../webhook/controller/uninstall.ts';
import type { Remaining } from '../../../../webhook/controller/uninstall.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { createVirtualClock } from '../kube/virtual-clock.ts';

const NOTHING: Remaining = { heldPods: 0, closedGates: 0, tracers: 0 };
const OK: Outcome<unknown> = { kind: 'ok', value: null };

describe('letting go of everything before Flak is removed', () => {
  const hold = async (
    remainingAt: (ms: number) => Remaining,
    { marked = OK, markedForMs = null }: { marked?: Outcome<unknown>; markedForMs?: number | null } = {},
  ) => {
    const clock = createVirtualClock(0);
    let marks = 0;
    let answered: { readonly atMs: number; readonly left: Remaining; readonly marks: number } | null = null;
    const deps = {
      ...clock,
      mark: () => {
        marks += 1;
        return Promise.resolve(marked);
      },
      markedForMs: () => markedForMs,
      remaining: () => remainingAt(clock.steadyMs()),
      onUninstall: () => undefined,
    };
    const done = letGoOfEverything(deps, new AbortController().signal).then((left) => {
      answered = { atMs: clock.steadyMs(), left, marks };
    });
    await clock.pass(60_000);
    await done;
    return answered as unknown as { readonly atMs: number; readonly left: Remaining; readonly marks: number };
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
    equal(left.heldPods, 3);
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
});
