import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { ABIS, MAX_SYSCALLS, ORIGINS } from '../../../../profile/recording.ts';
import * as layout from '../../../../tracer/ledger/layout.ts';

const HEADER = join(import.meta.dirname, '../../../../tracer/ledger/ledger.h');

/** What the C compiler makes of ledger.h. */
function compiled(expressions: readonly string[]): number[] {
  const prints = expressions.map((expression) => `printf("%ld\\n", (long)(${expression}));`).join('');
  const source = `#include <stdio.h>\n#include <stddef.h>\n#include "${HEADER}"\nint main(void) { ${prints} }`;
  const program = 'd=$(mktemp -d) && cc -xc - -o $d/p && $d/p; rm -r $d';
  return execFileSync('sh', ['-c', program], { input: source, encoding: 'utf8' }).trim().split('\n').map(Number);
}

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const u32 = fc.nat({ max: 0xffff_ffff });

describe('the layout of the pinned maps', () => {
  it('has the sizes and bounds that the C compiler gives ledger.h', () => {
    const { SIZES, SLOTS, ROWS, CONTAINERS } = layout;
    const structs = ['row_key', 'row', 'container', 'slot', 'counters', 'target'].map(
      (name) => `sizeof(struct ${name})`,
    );
    assert.deepEqual(compiled([...structs, 'SLOTS', 'ROWS', 'CONTAINERS', 'SYSCALLS', 'ORIGINS']), [
      ...[SIZES.rowKey, SIZES.row, SIZES.container, SIZES.slot, SIZES.counters, SIZES.target],
      ...[SLOTS, ROWS, CONTAINERS, MAX_SYSCALLS, ORIGINS.length],
    ]);
  });

  it('has the places that the C compiler gives the fields', () => {
    const [startedNs, mountNs, armedNs, generation, errno, abi] = compiled([
      'offsetof(struct container, started_ns)',
      'offsetof(struct container, mount_ns)',
      'offsetof(struct slot, armed_ns)',
      'offsetof(struct slot, slot_generation)',
      'offsetof(struct row, denied_errno)',
      'offsetof(struct row_key, abi)',
    ]);
    const container = layout.encodeContainer({ name: 'c', firstSeenNs: 1n, startedNs: 2n, mountNs: 3 });
    assert.equal(container.readBigUInt64LE(startedNs), 2n);
    assert.equal(container.readUInt32LE(mountNs), 3);
    const slot = layout.encodeSlot({
      podUid: '00'.repeat(16),
      cgroupIds: [],
      armedNs: 4n,
      goneSinceNs: 0n,
      slotGeneration: 5,
      inUse: true,
    });
    assert.equal(slot.readBigUInt64LE(armedNs), 4n);
    assert.equal(slot.readUInt32LE(generation), 5);
    assert.deepEqual([errno, abi], [16 * MAX_SYSCALLS, 8]);
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
      slotGeneration: u32,
      inUse: fc.boolean(),
    });
    fc.assert(
      fc.property(entry, (one) => {
        assert.deepEqual(layout.decodeSlot(layout.encodeSlot(one)), { ...one });
      }),
    );
  });

  it('reads exactly the calls and denials that a row holds', () => {
    const call = fc.tuple(
      fc.nat({ max: MAX_SYSCALLS - 1 }),
      u64.filter((ns) => ns > 0n),
    );
    const denial = fc.tuple(fc.nat({ max: MAX_SYSCALLS - 1 }), fc.integer({ min: 1, max: 4095 }));
    const unique = { selector: ([nr]: readonly [number, unknown]) => nr };
    fc.assert(
      fc.property(fc.uniqueArray(call, unique), fc.uniqueArray(denial, unique), (calls, denials) => {
        const row = Buffer.alloc(layout.SIZES.row);
        for (const [nr, ns] of calls) row.writeBigUInt64LE(ns, 8 * nr);
        for (const [nr, errno] of denials) {
          row.writeBigUInt64LE(7n, 8 * (MAX_SYSCALLS + nr));
          row.writeUInt16LE(errno, 16 * MAX_SYSCALLS + 2 * nr);
        }
        const read = layout.decodeRow(row);
        const expected = calls.map(([nr, ns]) => `${nr} ${ns}`).sort();
        assert.deepEqual(read.calls.map(({ nr, firstSeenNs }) => `${nr} ${firstSeenNs}`).sort(), expected);
        assert.deepEqual(
          read.denied.map(({ nr, errno }) => `${nr} ${errno}`).sort(),
          denials.map(([nr, errno]) => `${nr} ${errno}`).sort(),
        );
      }),
    );
  });

  it('leaves a denial whose number is not there yet to the next reading', () => {
    const row = Buffer.alloc(layout.SIZES.row);
    row.writeBigUInt64LE(7n, 8 * (MAX_SYSCALLS + 435));
    assert.deepEqual(layout.decodeRow(row).denied, []);
  });

  it('makes no call up from any bytes: it reads a row, or says that it is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: layout.SIZES.row, maxLength: layout.SIZES.row }), (bytes) => {
        try {
          const { calls, denied } = layout.decodeRow(Buffer.from(bytes));
          for (const { nr, errno } of denied) assert.ok(nr < MAX_SYSCALLS && errno > 0 && errno < 4096);
          for (const { nr } of calls) assert.ok(bytes.slice(8 * nr, 8 * nr + 8).some((byte) => byte !== 0));
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('refuses the row of an interface or origin that it does not know', () => {
    const key = Buffer.alloc(layout.SIZES.rowKey);
    key.writeUInt8(ABIS.length, 8);
    assert.throws(() => layout.decodeRowKey(key), RangeError);
    key.writeUInt8(0, 8);
    key.writeUInt8(ORIGINS.length, 9);
    assert.throws(() => layout.decodeRowKey(key), RangeError);
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
