import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inParallel } from '../../demo/in-parallel.ts';

describe('work in parallel', () => {
  it('is done when all of it is', async () => {
    const done: string[] = [];
    const work = (name: string) => async () => {
      await Promise.resolve();
      done.push(name);
    };
    await inParallel(new AbortController().signal, [work('a'), work('b')]);
    assert.deepEqual(done.sort(), ['a', 'b']);
  });

  it('ends as its first failure does, after the others have come to their end', async () => {
    let cleanedUp = false;
    const patient = async (signal: AbortSignal): Promise<void> => {
      await once(signal, 'abort');
      await Promise.resolve();
      cleanedUp = true;
      throw new Error('aborted');
    };
    const failing = () => Promise.reject(new Error('no disk'));
    await assert.rejects(inParallel(new AbortController().signal, [patient, failing]), /no disk/);
    assert.ok(cleanedUp);
  });
});
