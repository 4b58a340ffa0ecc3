import assert from 'node:assert/strict';
import { wrap } from '../../../../profile/report/wrap.ts';

describe('text for a terminal', () => {
  const paint = (style: string, text: string): string => `${style}<${text}>`;
  const words = (count: number): string => Array.from({ length: count }, (_, index) => `word-${index + 10}`).join(' ');

  it('is broken between words, and continued where it began', () => {
    const lines = wrap([{ text: words(20) }], 25, 80, paint).split('\n');
    assert.equal(lines.length, 3);
    // The first line stands behind what takes the room of the indent.
    assert.ok(lines.every((line, index) => (index === 0 ? line.length <= 55 : /^ {25}word.{1,51}$/.test(line))));
    assert.equal(lines.map((line) => line.trim()).join(' '), words(20));
  });

  it('fills a line to its last column', () => {
    assert.equal(wrap([{ text: `${'x'.repeat(29)} ${'y'.repeat(30)}` }], 0, 60, paint).includes('\n'), false);
    assert.equal(wrap([{ text: `${'x'.repeat(30)} ${'y'.repeat(30)}` }], 0, 60, paint).includes('\n'), true);
  });

  it('is painted in runs, which end with their line', () => {
    const pieces = [{ text: 'plain text' }, { text: words(9), style: 'faint' }] as const;
    const [first, second] = wrap(pieces, 2, 60, paint).split('\n');
    assert.match(first ?? '', /^plain text faint<word-10 [^<>]*>$/);
    assert.match(second ?? '', /^ {2}faint<[^<>]*word-18>$/);
  });

  it('is one line without a width, and not broken to bits by a tiny one', () => {
    assert.equal(wrap([{ text: words(40) }], 25, undefined, paint), words(40));
    assert.equal(wrap([{ text: words(4) }], 25, 10, paint), words(4));
    assert.equal(wrap([{ text: 'x'.repeat(100) }], 0, 60, paint), 'x'.repeat(100));
  });
});
