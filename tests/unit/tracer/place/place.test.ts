/** A tracer that places what it is told to. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Placement } from '../../../../profile/placement.ts';
import type { Order } from '../../../../profile/recording.ts';
import type { PlaceDeps } from '../../../../tracer/place/place.ts';
import { createPlace, NOTHING_TO_PLACE } from '../../../../tracer/place/place.ts';
import type { PlacedFile } from '../../../../tracer/place/placed-files.ts';

const FILE = { name: 'shop.0123456789abcdef0123456789abcdef.web.json', content: '{}' };
type Answer = Awaited<ReturnType<PlaceDeps['askPlacement']>>;

function world(...answers: Answer[]) {
  const there = new Map<string, string>();
  const told = { order: 'record' as Order, waits: 0, full: false };
  const place = createPlace({
    files: {
      put: (files: readonly PlacedFile[]) => {
        if (told.full) throw new Error('ENOSPC');
        for (const { name, content } of files) there.set(name, content);
      },
      remove: (names) => {
        for (const name of names) there.delete(name);
      },
      sweep: () => undefined,
    },
    askPlacement: () => Promise.resolve(answers.shift() as Answer),
    hearing: { order: () => told.order, stopping: () => null },
    bell: {
      wait: () => {
        told.waits += 1;
        if (told.waits === 3) told.order = 'flush';
        return Promise.resolve();
      },
    },
    clock: { steadyMs: () => 0 },
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  return { place, there, told };
}

const FILES: Placement = { kind: 'files', files: [FILE] };
const AWAY: Answer = { kind: 'not-now', message: 'away', retryAfterMs: 0 };

describe('placing a profile', () => {
  it('asks until it is answered, and takes away what it placed', async () => {
    const { place, there, told } = world(AWAY, AWAY, FILES);
    assert.deepEqual(await place.put(), { kind: 'placed' });
    assert.deepEqual([[...there.keys()], told.waits], [[FILE.name], 2]);
    place.remove();
    place.remove();
    assert.equal(there.size, 0);
  });

  it('passes on why nothing is placed', async () => {
    const { place } = world({ kind: 'refused', reason: 'no such profile' });
    assert.deepEqual(await place.put(), { kind: 'refused', detail: 'no such profile' });
    const full = world(FILES);
    full.told.full = true;
    assert.deepEqual(await full.place.put(), { kind: 'refused', detail: 'ENOSPC' });
  });

  it('does not wait for a target that is ending', async () => {
    const { place, there } = world(AWAY, AWAY, AWAY, FILES);
    assert.deepEqual(await place.put(), { kind: 'placed' });
    assert.equal(there.size, 0);
  });

  it('refuses where the node does not tell where its kubelet lives, and needs nothing for other targets', async () => {
    const nowhere = createPlace({ files: undefined } as PlaceDeps);
    const put = await nowhere.put();
    assert.match(put.kind === 'refused' ? put.detail : '', /kubelet was not found/);
    nowhere.remove();
    assert.deepEqual(await NOTHING_TO_PLACE.put(), { kind: 'placed' });
    NOTHING_TO_PLACE.remove();
  });
});
