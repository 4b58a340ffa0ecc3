import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { readLines } from '../../../../tracer/falco/read-lines.ts';
import { createLineSplitter } from '../../../../tracer/falco/split-lines.ts';

describe('reading what Falco prints', () => {
  /** An output with chunks to read, each of whose lines takes `lineMs`; pauses end when they are told to. */
  function stage(lineMs: number, ...chunks: readonly string[]) {
    let nowMs = 0;
    const [lines, pauses, waiting]: [string[], number[], (() => void)[]] = [[], [], []];
    const output = new PassThrough();
    for (const chunk of chunks) output.write(chunk);
    const onLine = (line: string): void => {
      nowMs += lineMs;
      lines.push(line);
    };
    const later = (ms: number, then: () => void): void => {
      pauses.push(ms);
      waiting.push(then);
    };
    const read = readLines(output, createLineSplitter(100), onLine, { nowMs: () => nowMs, later });
    return { lines, pauses, output, read, endPause: () => waiting.shift()?.() };
  }

  it('rests after each chunk for as long as it took, and reads nothing meanwhile', async () => {
    const { lines, pauses, endPause } = stage(0.5, 'a\nb\nc\n', 'd\n', 'e\n');
    await turn();
    assert.deepEqual([lines, pauses], [['a', 'b', 'c'], [1.5]]);
    await turn();
    assert.equal(lines.length, 3);
    endPause();
    await turn();
    assert.deepEqual([lines.at(-1), pauses], ['d', [1.5, 1]]);
  });

  it('rests in the middle of a chunk that takes long, and leaves none of its lines out', async () => {
    const { lines, pauses, endPause } = stage(1, 'a\nb\nc\nd\ne\n', 'f\n');
    const read: number[] = [];
    for (let slice = 0; slice < 4; slice += 1) {
      await turn();
      read.push(lines.length);
      endPause();
    }
    assert.deepEqual(
      [read, pauses],
      [
        [2, 4, 5, 6],
        [2, 2, 1, 1],
      ],
    );
    assert.equal(lines.join(''), 'abcdef');
  });

  it('rests for a moment however little there was', async () => {
    const { pauses } = stage(0, 'a\n');
    await turn();
    assert.deepEqual(pauses, [1]);
  });

  it('is done when everything was read, what waited in a pause included', async () => {
    const { lines, output, read, endPause } = stage(1, 'a\n', 'b\n');
    output.end();
    await turn();
    for (let more = 0; more < 3; more += 1) {
      endPause();
      await turn();
    }
    await read;
    assert.deepEqual(lines, ['a', 'b']);
  });
});
