import assert from 'node:assert/strict';
import type { RoundsDeps, Samples } from '../../../bench/ledger/rounds.ts';
import { playRounds } from '../../../bench/ledger/rounds.ts';

interface Stand extends RoundsDeps {
  readonly attached: Set<string>;
  disturbances: boolean[];
}

/** Each contestant's call takes as long as its name; measuring takes one ms. */
function stand(names: readonly string[]): Stand {
  const attached = new Set<string>();
  let ms = 0;
  const deps: Stand = {
    attached,
    disturbances: [],
    contestants: names.map((name) => ({
      name,
      programs: {
        attach: () => attached.add(name),
        detach: () => attached.delete(name),
        release: () => undefined,
      },
      remove: () => Promise.resolve(),
    })),
    measures: [
      {
        name: 'm',
        take: () => {
          ms++;
          assert.equal(attached.size, 1, 'one contestant is attached at a time');
          const ns = [...attached][0]?.length ?? NaN;
          return Promise.resolve({ minNs: ns, medianNs: ns });
        },
      },
    ],
    isDisturbed: () => deps.disturbances.shift() ?? false,
    nowMs: () => ms,
    sleep: (pauseMs) => {
      ms += pauseMs;
      return Promise.resolve();
    },
  };
  return deps;
}

describe('rounds of the ledger bench', () => {
  it('takes each contestant once a round, alone', async () => {
    const deps = stand(['a', 'bb']);
    const samples: Samples = new Map();
    const { kept, disturbed } = await playRounds(deps, samples, 3, 1000);
    assert.deepEqual({ kept, disturbed }, { kept: 3, disturbed: 0 });
    assert.deepEqual(
      [...samples].map(([name, taken]) => [name, taken.get('m')?.map(({ medianNs }) => medianNs)]),
      [
        ['a', [1, 1, 1]],
        ['bb', [2, 2, 2]],
      ],
    );
    assert.equal(deps.attached.size, 0);
  });

  it('tells of the contestants in their own order, whatever the order of their turns', async () => {
    const names = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff'];
    const samples: Samples = new Map();
    await playRounds(stand(names), samples, 1, 1000);
    assert.deepEqual([...samples.keys()], names);
  });

  it('adds to what earlier casts have brought', async () => {
    const samples: Samples = new Map();
    await playRounds(stand(['a']), samples, 2, 1000);
    await playRounds(stand(['a']), samples, 3, 1000);
    assert.equal(samples.get('a')?.get('m')?.length, 5);
  });

  it('keeps nothing of a round in which somebody else traced', async () => {
    const deps = stand(['a']);
    const warmUp = [false, false];
    deps.disturbances = [...warmUp, true, false, true];
    const samples: Samples = new Map();
    const { kept, disturbed } = await playRounds(deps, samples, 1, 10_000);
    assert.deepEqual({ kept, disturbed }, { kept: 1, disturbed: 2 });
    assert.equal(samples.get('a')?.get('m')?.length, 1);
  });

  it('ends in time although it is always disturbed', async () => {
    const deps = { ...stand(['a']), isDisturbed: () => true };
    const { kept, disturbed } = await playRounds(deps, new Map(), 10, 1000);
    assert.equal(kept, 0);
    assert.ok(disturbed > 1);
  });

  it('leaves nothing attached when measuring fails', async () => {
    const deps = stand(['a']);
    const measures = [{ name: 'm', take: () => Promise.reject(new Error('the caller has ended')) }];
    await assert.rejects(playRounds({ ...deps, measures }, new Map(), 1, 1000), /has ended/);
    assert.equal(deps.attached.size, 0);
  });
});
