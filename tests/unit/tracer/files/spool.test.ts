import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { destinationOf, parseChunkName, chunkName, type Chunk } from '../../../../tracer/files/chunk.ts';
import { openSpool } from '../../../../tracer/files/spool.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const CHUNK: Chunk = { sequence: 7, folder: 'web', stream: 'io', index: 1, offset: 100, bytes: 6, lines: 2 };

describe('the folder of waiting lines', () => {
  let tree: TemporaryTree;
  beforeEach(() => {
    tree = new TemporaryTree();
  });
  afterEach(() => {
    tree[Symbol.dispose]();
  });

  it('is found by a successor as it was left', async () => {
    const directory = join(tree.root, 'trace');
    const spool = openSpool(directory);
    assert.deepEqual(spool.found.chunks, []);
    await spool.save({
      positions: new Map([['web/io', { index: 1, size: 50 }]]),
      moves: new Map([['web/io', { index: 1, offset: 0, by: 3 }]]),
      counts: { kept: 10, dropped: 1, uploaded: 9 },
    });
    await spool.write(CHUNK, Buffer.from('a\nb\nc\n'));
    await spool.write({ ...CHUNK, sequence: 3, offset: 94 }, Buffer.from('d\ne\nf\n'));
    const { chunks, state } = openSpool(directory).found;
    assert.deepEqual(chunks, [{ ...CHUNK, sequence: 3, offset: 94 }, CHUNK]);
    // Written after the state was: known by their names.
    assert.deepEqual(state.positions.get('web/io'), { index: 1, size: 106 });
    assert.deepEqual(state.moves.get('web/io'), { index: 1, offset: 0, by: 3 });
    assert.deepEqual(state.counts, { kept: 13, dropped: 1, uploaded: 9 });
    assert.equal((await spool.read(CHUNK)).toString(), 'a\nb\nc\n');
    await spool.remove(CHUNK);
    assert.equal(openSpool(directory).found.chunks.length, 1);
    await spool.discard();
    assert.equal(existsSync(directory), false);
  });

  it('takes nothing for a chunk that was still being written, nor a state that is none', () => {
    tree.file(`trace/${chunkName(CHUNK)}.new`, 'a\n');
    tree.file('trace/state.json', '{"version":1,"posi');
    tree.file('trace/000000000001@..@io@0@0@2', 'x');
    const { chunks, state } = openSpool(join(tree.root, 'trace')).found;
    assert.deepEqual(chunks, []);
    assert.deepEqual(state.counts, { kept: 0, dropped: 0, uploaded: 0 });
  });

  it('says what the disk says, and leaves no half', async () => {
    const spool = openSpool(join(tree.root, 'trace'));
    await spool.discard();
    await assert.rejects(spool.write(CHUNK, Buffer.from('a\n')), /ENOENT/);
    writeFileSync(join(tree.root, 'file'), '');
    assert.throws(() => openSpool(join(tree.root, 'file')), /EEXIST|ENOTDIR/);
  });
});

describe('a chunk', () => {
  it('is all in its name', () => {
    assert.deepEqual(parseChunkName(chunkName(CHUNK), 6), CHUNK);
    for (const name of ['state.json', `${chunkName(CHUNK)}.new`, '1@web@io@0@0@2', '000000000001@web@net@0@0@2'])
      assert.equal(parseChunkName(name, 1), undefined, name);
  });

  it('goes where its stream was moved to, from the place on where it was moved', () => {
    assert.deepEqual(destinationOf(CHUNK, undefined), { name: 'trace_io_1.log', offset: 100 });
    const move = { index: 1, offset: 90, by: 4 };
    assert.deepEqual(destinationOf(CHUNK, move), { name: 'trace_io_5.log', offset: 10 });
    assert.deepEqual(destinationOf({ ...CHUNK, index: 2, offset: 0 }, move), { name: 'trace_io_6.log', offset: 0 });
  });
});
