import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ContainerRecording, RecordingEntry } from '../../../profile/recording.ts';
import { FOLDED_ID, foldRestarts, narrowValues, unionEntries } from '../../../profile/union-recordings.ts';
import { container, containers } from '../../arbitraries.ts';

/** Every call of every entry, as `abi/origin/nr`. */
function callsOf(recordings: readonly ContainerRecording[], name: string | null): Set<string> {
  const own = recordings.filter((recording) => recording.name === name).flatMap(({ entries }) => entries);
  return new Set(own.flatMap(({ abi, origin, calls }) => calls.map(({ nr }) => `${abi}/${origin}/${nr}`)));
}

describe('union of recordings', () => {
  const entries = container(fc.constant('a')).map((recording) => recording.entries);
  const sorted = (of: ContainerRecording['entries']) =>
    [...of].sort((a, b) => `${a.abi}/${a.origin}`.localeCompare(`${b.abi}/${b.origin}`));

  it('holds every call of both sides, each once, at its earliest sight', () => {
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        for (const joined of unionEntries(a, b)) {
          const sources = [...a, ...b].filter(({ abi, origin }) => abi === joined.abi && origin === joined.origin);
          const sights = sources.flatMap(({ calls }) => calls);
          assert.deepEqual(new Set(joined.calls.map(({ nr }) => nr)), new Set(sights.map(({ nr }) => nr)));
          assert.equal(new Set(joined.calls.map(({ nr }) => nr)).size, joined.calls.length);
          for (const { nr, firstSeenNs } of joined.calls) {
            const all = sights.filter((sight) => sight.nr === nr).map((sight) => BigInt(sight.firstSeenNs));
            assert.ok(all.every((instant) => instant >= BigInt(firstSeenNs)));
          }
        }
      }),
    );
  });

  it('gives the same whatever the grouping, and nothing new from a second time', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        assert.deepEqual(sorted(unionEntries(unionEntries(a, b), c)), sorted(unionEntries(a, unionEntries(b, c))));
        const once = unionEntries(a, b);
        assert.deepEqual(sorted(unionEntries(once, b)), sorted(once));
      }),
    );
  });

  it('folds restarts without losing a call of any container, down to one per name, kind and runtime', () => {
    fc.assert(
      fc.property(containers, (before) => {
        const after = foldRestarts(before);
        for (const name of ['app', 'init', 'flak-gate', null]) {
          assert.deepEqual(callsOf(after, name), callsOf(before, name));
        }
        const groups = after.map(({ name, kind, runtime }) => JSON.stringify([name, kind, runtime]));
        assert.equal(new Set(groups).size, groups.length);
        assert.deepEqual(foldRestarts(after), after);
      }),
    );
  });

  it('keeps the newest ID of a named container and gives nameless ones an ID that matches none', () => {
    const restart = (containerId: string, name: string | null): ContainerRecording => ({
      containerId,
      name,
      kind: 'container',
      runtime: 'runc',
      entries: [],
    });
    const folded = foldRestarts([restart('1', 'app'), restart('2', null), restart('3', 'app'), restart('4', null)]);
    assert.deepEqual(
      folded.map(({ containerId, name }) => [containerId, name]),
      [
        ['3', 'app'],
        [FOLDED_ID, null],
      ],
    );
  });

  const SOCKET = 41;
  const entryWith = (tuples: string[][] | null, more: Partial<RecordingEntry> = {}): RecordingEntry => ({
    abi: 'x86_64',
    origin: 'startup',
    calls: [{ nr: SOCKET, firstSeenNs: '1' }],
    denied: [],
    arguments: tuples === null ? [] : [{ nr: SOCKET, indices: [0, 1, 2], tuples, wide: false }],
    ...more,
  });

  it('holds the tuples of both sides, each once', () => {
    const [joined] = unionEntries(
      [
        entryWith([
          ['2', '1', '0'],
          ['1', '1', '0'],
        ]),
      ],
      [entryWith([['2', '1', '0']])],
    );
    assert.deepEqual(joined?.arguments[0]?.tuples, [
      ['1', '1', '0'],
      ['2', '1', '0'],
    ]);
  });

  it('tells fewer values where fewer are wanted, at last none, which is as good as wide', () => {
    const two = entryWith([
      ['1', '1', '0'],
      ['2', '1', '0'],
    ]);
    const recording = { containerId: 'a', name: 'app', kind: 'container', runtime: null, entries: [two] } as const;
    const narrowed = (most: number) => narrowValues([{ ...recording, entries: [two] }], most)[0]?.entries ?? [];
    assert.deepEqual(narrowed(2), [two]);
    assert.deepEqual(narrowed(1)[0]?.arguments, [{ nr: SOCKET, indices: [0, 1, 2], tuples: [], wide: true }]);
    assert.deepEqual(narrowed(0)[0]?.arguments, []);
    assert.equal(unionEntries(narrowed(0), [two])[0]?.arguments[0]?.wide, true);
  });

  it('is wide where one side made the call without saying its values, not where it never made it', () => {
    const told = entryWith([['2', '1', '0']]);
    const wide = [{ nr: SOCKET, indices: [0, 1, 2], tuples: [], wide: true }];
    assert.deepEqual(unionEntries([told], [entryWith(null)])[0]?.arguments, wide);
    assert.deepEqual(unionEntries([entryWith(null)], [told])[0]?.arguments, wide);
    assert.deepEqual(unionEntries([entryWith(null, { calls: [] })], [told])[0]?.arguments, told.arguments);
  });
});
