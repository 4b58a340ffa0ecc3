import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLineSplitter } from '../../../../tracer/falco/split-lines.ts';

/** The bytes of the text in chunks cut at these places. */
function chunksOf(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
}

describe('lines of a stream', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\n'));

  it('are the same however the stream is cut into chunks, in the middle of a letter too', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
        const splitter = createLineSplitter(1_000);
        const read = chunksOf(lines.map((text) => `${text}\n`).join(''), cuts).flatMap((chunk) => splitter.push(chunk));
        splitter.end();
        assert.deepEqual([read, splitter.lost()], [lines, 0]);
      }),
    );
  });

  it('are left out and counted where they are too long, and never held', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), fc.array(fc.nat()), (lengths, cuts) => {
        const splitter = createLineSplitter(20);
        const lines = lengths.map((length) => 'x'.repeat(length));
        const read = chunksOf(lines.map((text) => `${text}\n`).join(''), cuts).flatMap((chunk) => splitter.push(chunk));
        assert.deepEqual(
          read,
          lines.filter(({ length }) => length <= 20),
        );
        assert.equal(splitter.lost(), lines.filter(({ length }) => length > 20).length);
      }),
    );
  });

  it('are counted as lost when the stream ends in the middle of one', () => {
    const splitter = createLineSplitter(20);
    assert.deepEqual(splitter.push(new TextEncoder().encode('whole\nha')), ['whole']);
    splitter.end();
    assert.equal(splitter.lost(), 1);
  });
});
