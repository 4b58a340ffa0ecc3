import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ABIS, MAX_SYSCALLS, ORIGINS } from '../../../../profile/recording.ts';
import * as layout from '../../../../tracer/ledger/layout.ts';
import { compiled } from './compiled.ts';

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const u32 = fc.nat({ max: 0xffff_ffff });

describe('the layout of the pinned maps', () => {
  it('has the sizes and bounds that the C compiler gives ledger.h', () => {
    const { SIZES, SLOTS, ROWS, CONTAINERS } = layout;
    const structs = ['row_key', 'row', 'container', 'slot', 'counters', 'target', 'tuple_key', 'mark_key'].map(
      (name) => `sizeof(struct ${name})`,
    );
    assert.deepEqual(compiled(structs), [
      ...[SIZES.rowKey, SIZES.row, SIZES.container, SIZES.slot, SIZES.counters, SIZES.target],
      ...[SIZES.tupleKey, SIZES.markKey],
    ]);
    const bounds = ['SLOTS', 'ROWS', 'CONTAINERS', 'SYSCALLS', 'ORIGINS', 'ABIS', 'MARKS', 'TUPLES', 'TUPLES_PER_CALL'];
    assert.deepEqual(compiled([...bounds, 'WATCHED']), [
      ...[SLOTS, ROWS, CONTAINERS, MAX_SYSCALLS, ORIGINS.length, ABIS.length],
      ...[layout.MARKS, layout.TUPLES, layout.TUPLES_PER_CALL, layout.WATCHED],
    ]);
  });

  it('has the places that the C compiler gives the fields', () => {
    const [startedNs, mountNs, armedNs, misses, generation] = compiled([
      'offsetof(struct container, started_ns)',
      'offsetof(struct container, mount_ns)',
      'offsetof(struct slot, armed_ns)',
      'offsetof(struct slot, misses_before)',
      'offsetof(struct slot, slot_generation)',
    ]);
    const container = layout.encodeContainer({ name: 'c', firstSeenNs: 1n, startedNs: 2n, mountNs: 3 });
    assert.equal(container.readBigUInt64LE(startedNs), 2n);
    assert.equal(container.readUInt32LE(mountNs), 3);
    const slot = layout.encodeSlot({
      podUid: '00'.repeat(16),
      cgroupIds: [],
      armedNs: 4n,
      goneSinceNs: 0n,
      missesBefore: 6n,
      slotGeneration: 5,
      inUse: true,
    });
    assert.equal(slot.readBigUInt64LE(armedNs), 4n);
    assert.equal(slot.readBigUInt64LE(misses), 6n);
    assert.equal(slot.readUInt32LE(generation), 5);
  });

  it('numbers interfaces and origins as ledger.h does', () => {
    const names = ['ABI_X86_64', 'ABI_I386', 'ABI_X32', 'ABI_AARCH64'];
    const origins = [
      'ORIGIN_SETUP',
      'ORIGIN_RUNTIME_FILTERED',
      'ORIGIN_STARTUP',
      'ORIGIN_SERVING',
      'ORIGIN_EXEC_PROBE',
      'ORIGIN_EXEC_FOREIGN',
    ];
    const inC = compiled([...names, ...origins]);
    assert.deepEqual(
      inC.slice(0, 4).map((place) => ABIS[place]),
      ['x86_64', 'i386', 'x32', 'aarch64'],
    );
    assert.deepEqual(
      inC.slice(4).map((place) => ORIGINS[place]),
      ['setup', 'runtime-filtered', 'startup', 'serving', 'exec:probe', 'exec:foreign'],
    );
  });

  it('gives a directory entry back as it was written', () => {
    const entry = fc.record({
      podUid: fc.stringMatching(/^[0-9a-f]{32}$/),
      cgroupIds: fc.array(
        u64.filter((id) => id > 0n),
        { maxLength: 4 },
      ),
      armedNs: u64,
      goneSinceNs: u64,
      missesBefore: u64,
      slotGeneration: u32,
      inUse: fc.boolean(),
    });
    fc.assert(
      fc.property(entry, (one) => {
        assert.deepEqual(layout.decodeSlot(layout.encodeSlot(one)), { ...one });
      }),
    );
  });

  it('writes a target and an index where the C compiler reads them', () => {
    const [slot, generation] = compiled(['offsetof(struct target, slot)', 'offsetof(struct target, slot_generation)']);
    const target = layout.encodeTarget(7, 8);
    assert.deepEqual([target.readUInt32LE(slot), target.readUInt32LE(generation), target.length], [7, 8, 8]);
    assert.equal(layout.encodeIndex(255).readUInt32LE(), 255);
  });

  it('marks a container and a command apart, though they be the same number', () => {
    const [subject, kind, serving, command] = compiled([
      'offsetof(struct mark_key, subject)',
      'offsetof(struct mark_key, kind)',
      'MARK_SERVING',
      'MARK_COMMAND',
    ]);
    const marks = (['serving', 'command'] as const).map((name) => layout.encodeMark(name, 7n));
    assert.deepEqual(
      marks.map((mark) => mark.readUInt32LE(kind)),
      [serving, command],
    );
    assert.ok(marks.every((mark) => mark.readBigUInt64LE(subject) === 7n));
  });

  it('reads any bytes of the maps that tracers write too, and makes no name longer than what stands there', () => {
    const bytesOf = (size: number): fc.Arbitrary<Buffer> =>
      fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(bytesOf(layout.SIZES.container), (bytes) => {
        const { name, firstSeenNs } = layout.decodeContainer(bytes);
        assert.ok(name.length <= 128 && !name.includes('\0') && firstSeenNs >= 0n);
      }),
    );
    fc.assert(
      fc.property(bytesOf(layout.SIZES.slot), bytesOf(layout.SIZES.counters), (slot, counters) => {
        const { podUid, cgroupIds } = layout.decodeSlot(slot);
        assert.ok(/^[0-9a-f]{32}$/.test(podUid) && cgroupIds.length <= 4 && !cgroupIds.includes(0n));
        assert.deepEqual(layout.encodeCounters(layout.decodeCounters(counters)), counters);
      }),
    );
  });

  it('reads a name up to its end, and all of one that has none', () => {
    const row = { name: 'cri-containerd-1.scope', firstSeenNs: 1n, startedNs: 0n, mountNs: 0 };
    assert.deepEqual(layout.decodeContainer(layout.encodeContainer(row)), row);
    assert.equal(layout.decodeContainer(Buffer.alloc(layout.SIZES.container, 'x')).name, 'x'.repeat(128));
    const long = layout.encodeContainer({ ...row, name: 'n'.repeat(200) });
    assert.equal(layout.decodeContainer(long).name, 'n'.repeat(127));
  });

  it('takes a pod UID with and without dashes, and nothing else', () => {
    const uid = '0123ABCD-4567-89ab-cdef-0123456789ab';
    assert.equal(layout.normalizePodUid(uid), '0123abcd456789abcdef0123456789ab');
    for (const wrong of ['', 'g'.repeat(32), '01'.repeat(17), '../../../../etc/passwd']) {
      assert.throws(() => layout.normalizePodUid(wrong), RangeError);
    }
  });
});
