import assert from 'node:assert/strict';
import fc from 'fast-check';
import { serialOf } from '../../../certs/serial.ts';

describe('a serial number', () => {
  it('is positive and without a leading zero byte, whatever bytes chance gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
        const [first = 0] = Buffer.from(serialOf(Buffer.from(random)), 'hex');
        assert.ok(first > 0 && first < 0x80, String(first));
      }),
      {
        examples: [
          [new Uint8Array(16)],
          [new Uint8Array(16).fill(0xff)],
          [Uint8Array.of(0, 1, ...new Uint8Array(14).fill(7))],
        ],
      },
    );
  });
});
