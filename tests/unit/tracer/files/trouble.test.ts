import assert from 'node:assert/strict';
import { createFiles } from '../../../../tracer/files/files.ts';
import { FakeClock, settle } from '../../../fake-clock.ts';
import { base, calls, FALCO, finish, linesOfAll, never, SETTINGS, stage } from './files-stage.ts';
import { MemorySpool, MemoryStore } from './memory-spool.ts';

describe('lines of file access in trouble', () => {
  it('drops what is more than may wait, counts it, and says so', async () => {
    const scene = stage({ capBytes: 2000 });
    scene.store.always = { kind: 'not-now', message: 'away', retryAfterMs: 0 };
    const length = Buffer.byteLength(linesOfAll(calls(1)));
    for (const event of calls(100)) scene.files.onEvent(event);
    await scene.clock.advance(60_000);
    const { lines, reasons } = scene.files.section(FALCO);
    assert.equal(lines.kept + lines.dropped, 200);
    assert.equal(lines.kept / 2, Math.floor(2000 / length));
    assert.deepEqual(reasons, ['lines-capped']);
    scene.store.always = undefined;
    await finish(scene);
    assert.ok(scene.store.text('web', 'io').startsWith(linesOfAll(calls(2))));
  });

  it('drops lines that the node has no room for, and goes on with what comes after', async () => {
    const scene = stage();
    scene.spool.trouble = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    for (const event of calls(3)) scene.files.onEvent(event);
    await scene.clock.advance(3000);
    scene.spool.trouble = undefined;
    for (const event of calls(2, 3)) scene.files.onEvent(event);
    await finish(scene);
    assert.equal(scene.store.text('web', 'io'), linesOfAll(calls(2, 3)));
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 4, dropped: 6, uploaded: 4 });
    assert.deepEqual(scene.files.section(FALCO).reasons, ['lines-capped']);
  });

  it('counts and drops lines where no store is installed, and keeps them from when one is', async () => {
    const store = new MemoryStore();
    store.there = false;
    const scene = stage({}, { store });
    for (const event of calls(2)) scene.files.onEvent(event);
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 0, dropped: 4, uploaded: 0 });
    assert.deepEqual(scene.files.section(FALCO).reasons, ['lines-not-stored']);
    store.there = true;
    await scene.clock.advance(2000);
    for (const event of calls(2, 2)) scene.files.onEvent(event);
    await finish(scene);
    assert.equal(store.text('web', 'io'), linesOfAll(calls(2, 2)));
  });

  it('drops lines without a place for them, and where the node has no folder for them', async () => {
    const broken = (): never => {
      throw new Error('read-only file system');
    };
    for (const lines of [
      { settings: SETTINGS, openSpool: broken, store: new MemoryStore() },
      { settings: SETTINGS, openSpool: () => new MemorySpool(), store: undefined },
    ]) {
      const files = createFiles({ ...base(new FakeClock()), lines });
      for (const event of calls(2)) files.onEvent(event);
      assert.deepEqual(files.section(FALCO).lines, { kept: 0, dropped: 4, uploaded: 0 });
      assert.deepEqual(files.section(FALCO).reasons, ['lines-not-stored']);
      await files.finish('upload', never());
    }
  });

  it('gives up what waits once the store says that the trace has had its share', async () => {
    const scene = stage();
    scene.store.always = { kind: 'full' };
    for (const event of calls(2)) scene.files.onEvent(event);
    await scene.clock.advance(3000);
    for (const event of calls(2, 2)) scene.files.onEvent(event);
    await scene.clock.advance(3000);
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 4, dropped: 8, uploaded: 0 });
    assert.deepEqual(scene.files.section(FALCO).reasons, ['lines-not-stored']);
    assert.equal(scene.spool.chunks.size, 0);
    await finish(scene);
  });

  it('leaves out a chunk that the store will never take', async () => {
    const scene = stage();
    scene.store.answers.push({ kind: 'stored' }, { kind: 'rejected', message: 'HTTP 413' });
    for (const event of calls(1)) scene.files.onEvent(event);
    await finish(scene);
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 2, dropped: 2, uploaded: 0 });
  });

  it('begins files of its own beside those of a predecessor whose folder is gone', async () => {
    const store = new MemoryStore();
    store.files.set('web/trace_io_0.log', Buffer.from('1 of before\n'));
    store.files.set('web/trace_io_1.log', Buffer.from('2 of before\n'));
    const scene = stage({ rotateBytes: 300 }, { store });
    for (const event of calls(6)) scene.files.onEvent(event);
    await finish(scene);
    assert.equal(store.text('web', 'io'), `1 of before\n2 of before\n${linesOfAll(calls(6))}`);
  });

  it('goes on after the store has lost what came before', async () => {
    const scene = stage();
    for (const event of calls(2)) scene.files.onEvent(event);
    await scene.clock.advance(3000);
    scene.store.files.clear();
    for (const event of calls(2, 2)) scene.files.onEvent(event);
    await finish(scene);
    assert.equal(scene.store.text('web', 'io'), linesOfAll(calls(2, 2)));
  });

  it('ends with its signal, however far the store is', async () => {
    const scene = stage();
    scene.store.always = { kind: 'not-now', message: 'away', retryAfterMs: 0 };
    for (const event of calls(2)) scene.files.onEvent(event);
    const ending = new AbortController();
    const finished = scene.files.finish('upload', ending.signal);
    await scene.clock.advance(10_000);
    ending.abort();
    await settle();
    await finished;
    assert.ok(scene.spool.discarded);
  });
});
