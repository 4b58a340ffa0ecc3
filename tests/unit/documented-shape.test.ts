import assert from 'node:assert/strict';
import { departures, documentedShape, parseShape } from '../documented-shape.ts';

describe('a shape of docs/cli.md', () => {
  const page =
    'Text.\n\n- `list`: `{pods: [{name, level, image: {before, after} | null}], total}`;\n- `next`: `{left: ["a/b" | "c/d"], …}`\n';

  it('takes what has its fields and no others', () => {
    const shape = documentedShape(page, 'list');
    const pod = { name: 'a', level: null, image: null };
    assert.deepEqual(departures({ pods: [pod], total: 1 }, shape), []);
    assert.deepEqual(departures({ pods: [{ ...pod, image: { before: 1, after: 2 } }], total: 1 }, shape), []);
    assert.deepEqual(departures({ pods: [{ ...pod, image: { before: 1 } }, 3], more: 1 }, shape), [
      '$.more is undocumented',
      '$.pods[0].image.after is missing',
      '$.pods[1] is no object',
      '$.total is missing',
    ]);
    assert.deepEqual(departures({ pods: [{}] }, shape, true), []);
    assert.deepEqual(departures([], shape), ['$ is no object']);
  });

  it('may be open, and say of texts only that they are texts', () => {
    const shape = documentedShape(page, 'next');
    assert.deepEqual(departures({ left: ['x'], other: 1 }, shape), []);
    assert.deepEqual(departures({ left: [1] }, shape), ['$.left[0] is no text']);
    assert.deepEqual(departures({ left: 'x' }, shape), ['$.left is no list']);
  });

  it('has to be there, and whole', () => {
    assert.throws(() => documentedShape(page, 'other'), /no shape of other/);
    assert.throws(() => parseShape('{a} b'), /b is left over/);
    assert.deepEqual(departures(1, parseShape('null')), ['$ is not null']);
  });
});
