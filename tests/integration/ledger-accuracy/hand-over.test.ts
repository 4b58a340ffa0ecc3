import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger, Slot, SlotReading } from '../../../tracer/ledger/ledger.ts';
import type { PodCgroup } from '../tracer-ledger/stage.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { assertExact } from './exact.ts';
import { programsForAll } from './hooks.ts';
import { everyCall } from './perils.ts';
import type { Ran } from './programs.ts';

/** Between two calls of the program, and between two tracers. */
const PAUSE_MS = 5;
const TURN_MS = 50;

interface Held {
  readonly ledger: Ledger;
  readonly slot: Slot;
}

/** `number of a call, by interface and origin` of all containers. */
function seenIn({ containers }: SlotReading): Set<string> {
  const entries = containers.flatMap((container) => container.entries);
  return new Set(entries.flatMap(({ abi, origin, calls }) => calls.map(({ nr }) => `${abi} ${origin} ${nr}`)));
}

describe('a slot that goes from tracer to tracer while its container makes every call once', function () {
  const stage = stageForAll();
  const programs = programsForAll(stage);
  let pod: PodCgroup;

  beforeEach(() => {
    pod = stage.pod();
  });

  async function hold(): Promise<Held> {
    const ledger = stage.open();
    const joined = await ledger.join(pod.target);
    assert.ok(joined.kind === 'ok');
    return { ledger, slot: joined.slot };
  }

  /** Passes the slot on until the program has ended; what one has read, the next one reads again. */
  async function passOn(next: (held: Held) => Promise<Held>): Promise<{ ran: Ran; last: Held; turns: number }> {
    let held = await hold();
    const { armedAtBootNs } = held.slot;
    const ending: { ran?: Ran } = {};
    const running = programs
      .run(makeCgroup(pod, 'one'), everyCall('x86_64', 'n').join(`s${PAUSE_MS}`))
      .then((ran) => (ending.ran = ran));
    let turns = 0;
    for (; ending.ran === undefined; turns++) {
      const before = seenIn(held.slot.read());
      await sleep(TURN_MS);
      held = await next(held);
      assert.deepEqual([held.slot.resumed, held.slot.armedAtBootNs], [true, armedAtBootNs]);
      assert.deepEqual(before.difference(seenIn(held.slot.read())), new Set());
    }
    return { ran: await running, last: held, turns };
  }

  it('has lost nothing where each lets go before the next one comes (killed, or handed over)', async () => {
    const { ran, last, turns } = await passOn(async (held) => {
      held.ledger.close();
      return hold();
    });
    assert.ok(turns > 1);
    assertExact(last.slot.read().containers[0], ran.own);
    await last.slot.leave();
  });

  it('has lost nothing where the next one comes before the last one has let go', async () => {
    const { ran, last, turns } = await passOn(async (held) => {
      const successor = await hold();
      held.ledger.close();
      return successor;
    });
    assert.ok(turns > 1);
    assertExact(last.slot.read().containers[0], ran.own);
    await last.slot.leave();
  });

  it('begins from nothing for whoever comes after it was given up (leave)', async () => {
    const cgroup = makeCgroup(pod, 'one');
    const first = await hold();
    await programs.run(cgroup, 'n70');
    assert.ok(first.slot.read().containers.length > 0);
    await first.slot.leave();
    await programs.run(cgroup, 'n71');
    const second = await hold();
    assert.equal(second.slot.resumed, false);
    assert.deepEqual(second.slot.read().containers, []);
    await second.slot.leave();
  });
});
