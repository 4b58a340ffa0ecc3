import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hashesOfCommand } from '../../../profile/exec-hash.ts';

/** FNV-1a as its authors print it, over numbers of 64 bits in two halves, so that it shares nothing with the code. */
function reference(bytes: Uint8Array): bigint {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    // times 2^40 + 0x1b3
    const product = BigInt(low) * 0x1b3n;
    const carry = Number(product >> 32n);
    const nextHigh = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = Number(product & 0xffff_ffffn);
    high = nextHigh;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

describe('the hashes by which a command is known', () => {
  it('are FNV-1a over the words with their NULs', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (argv) => {
        const bytes = Buffer.from(argv.map((text) => `${text}\0`).join(''));
        assert.equal(hashesOfCommand(argv)[0], reference(bytes));
      }),
    );
  });

  it('agree with the test vector that the authors of FNV publish of a word with its NUL', () => {
    assert.equal(hashesOfCommand(['foobar'])[0], 0x34531ca7168b8f38n);
  });

  it('tell words from each other, not only their text', () => {
    assert.notDeepEqual(hashesOfCommand(['/a', 'b c']), hashesOfCommand(['/a', 'b', 'c']));
    assert.notDeepEqual(hashesOfCommand(['/a', '']), hashesOfCommand(['/a']));
  });

  it('are none where nothing can be matched: no words, a NUL, or more than 4096 bytes with the NULs', () => {
    assert.deepEqual(hashesOfCommand([]), []);
    assert.deepEqual(hashesOfCommand(['/a', 'b\0c']), []);
    assert.deepEqual(hashesOfCommand(['/a', 'x'.repeat(4096 - 3)]), []);
    assert.equal(hashesOfCommand(['/a', 'x'.repeat(4096 - 4)]).length, 1);
    assert.deepEqual(hashesOfCommand(['/a', 'ü'.repeat(2047)]), [], 'bytes count, not letters');
  });
});
