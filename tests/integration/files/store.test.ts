import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PutLines } from '../../../tracer/files/file-store.ts';
import { FilesServer, OTHER_UID, TRACER, UID } from './files-server.ts';

const never = (): AbortSignal => new AbortController().signal;
const FILE = { folder: 'web', name: 'trace_io_0.log' } as const;

function messageOf(outcome: PutLines): string {
  return outcome.kind === 'not-now' ? outcome.message : outcome.kind;
}

describe('the store of lines', () => {
  let server: FilesServer;
  beforeEach(() => {
    server = new FilesServer();
  });
  afterEach(async () => {
    await server.close();
  });

  const stored = (file = 'web/trace_io_0.log', uid = UID): string => readFileSync(join(server.root, uid, file), 'utf8');
  const put = (content: string, offset: number, name: string = FILE.name) =>
    server.connect().put({ ...FILE, name, offset }, Buffer.from(content), never());

  it('appends chunks, and takes one again without adding it again', async () => {
    await server.start();
    assert.deepEqual(await put('one\n', 0), { kind: 'stored' });
    assert.deepEqual(await put('one\n', 0), { kind: 'stored' });
    assert.deepEqual(await put('two\n', 4), { kind: 'stored' });
    assert.deepEqual(await put('one\ntwo\nthree\n', 0), { kind: 'stored' });
    assert.equal(stored(), 'one\ntwo\nthree\n');
  });

  it('takes no other bytes where it has some, and none behind a hole', async () => {
    await server.start();
    await put('one\n', 0);
    assert.deepEqual(await put('two\n', 0), { kind: 'conflict' });
    assert.deepEqual(await put('two\n', 5), { kind: 'conflict' });
    assert.equal(stored(), 'one\n');
    assert.equal(await server.connect().nextIndex('web', 'io', never()), 1);
    assert.equal(await server.connect().nextIndex('web', 'memory', never()), 0);
  });

  it('has the whole once every chunk was acknowledged, through crashes, lost answers, doubles and halves', async () => {
    const step = fc.constantFrom('lose', 'crash', 'half', 'again', 'go');
    await server.start();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        run += 1;
        const name = `trace_io_${run}.log`;
        const chunks = Array.from({ length: 4 }, (_, index) => `${String(index).repeat(20 + index)}\n`);
        const fate = [...steps];
        let offset = 0;
        for (const chunk of chunks) {
          for (let turn = 0; ; turn += 1) {
            assert.ok(turn < 30, 'a store that is up stores');
            const next = fate.shift();
            if (next === 'lose') server.loseAnswers = 1;
            if (next === 'crash' || next === 'half') {
              await server.stop();
              const path = join(server.root, UID, 'web', name);
              // As a restart in the middle of the chunk leaves it: a part is there that nobody was told of.
              if (next === 'half' && existsSync(path)) {
                const there = readFileSync(path).length;
                appendFileSync(path, chunk.slice(there - offset, there - offset + 7));
              }
              await server.start();
            }
            const outcome = await put(chunk, offset, name);
            server.loseAnswers = 0;
            if (outcome.kind === 'not-now') continue;
            assert.equal(outcome.kind, 'stored');
            if (next !== 'again') break;
          }
          offset += chunk.length;
        }
        assert.equal(stored(`web/${name}`), chunks.join(''));
      }),
      { numRuns: 25 },
    );
    assert.deepEqual(server.failures, []);
  });

  it('knows after a restart what it has, and whose it is', async () => {
    await server.start();
    await put('one\n', 0);
    mkdirSync(join(server.root, 'lost+found'));
    writeFileSync(join(server.root, UID, 'web', 'notes.txt'), 'not ours');
    await server.stop();
    await server.start();
    assert.deepEqual(
      server.shelf.list().map(({ uid, namespace, pod, bytes }) => [uid, namespace, pod, bytes]),
      [[UID, 'shop', 'web-0', 4]],
    );
    assert.equal(server.shelf.bytes(), 4);
    assert.deepEqual(await put('two\n', 4), { kind: 'stored' });
  });

  it("bounds a trace's share, and says that it is used up for good", async () => {
    await server.start({ traceBytes: 10 });
    assert.deepEqual(await put('12345678\n', 0), { kind: 'stored' });
    assert.deepEqual(await put('12345678\n', 9), { kind: 'full' });
    // What is there already costs nothing.
    assert.deepEqual(await put('12345678\n', 0), { kind: 'stored' });
    assert.equal(stored(), '12345678\n');
  });

  it('bounds all traces together, and removes the oldest one only if it was told to', async () => {
    await server.start({ totalBytes: 10 });
    server.tracers.set('tracer-b', { uid: 'uid-b', targetUid: OTHER_UID, targetNamespace: 'shop', targetPod: 'web-1' });
    server.tokens.set('other', { ...TRACER, pod: { name: 'tracer-b', uid: 'uid-b' } });
    await put('12345678\n', 0);
    const putOther = () =>
      server.connect('other', OTHER_UID).put({ ...FILE, offset: 0 }, Buffer.from('12345\n'), never());
    const refused = await putOther();
    assert.match(messageOf(refused), /507.*"scope":"store"/);
    await server.stop();
    server.nowMs += 1000;
    await server.start({ totalBytes: 10, whenFull: 'remove-oldest' });
    assert.equal((await putOther()).kind, 'stored');
    assert.deepEqual(server.removed, [UID]);
    assert.deepEqual(readdirSync(server.root), [OTHER_UID]);
    // Its own trace is not what makes room for it.
    assert.equal(
      (await server.connect('other', OTHER_UID).put({ ...FILE, offset: 6 }, Buffer.from('123456\n'), never())).kind,
      'not-now',
    );
    assert.equal(stored('web/trace_io_0.log', OTHER_UID), '12345\n');
  });

  it('says that the disk is full, keeps what it had, and goes on when there is room', async () => {
    const mount = join(server.directory, 'small');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]);
    const small = new FilesServer(mount);
    try {
      await small.start();
      const store = small.connect();
      assert.equal((await store.put({ ...FILE, offset: 0 }, Buffer.from('one\n'), never())).kind, 'stored');
      writeFileSync(join(mount, 'filler'), Buffer.alloc(40_000));
      const outcome = await store.put({ ...FILE, offset: 4 }, Buffer.alloc(60_000, 'x'), never());
      assert.match(messageOf(outcome), /507.*"scope":"disk"/);
      assert.equal(readFileSync(join(mount, UID, 'web', 'trace_io_0.log'), 'utf8'), 'one\n');
      writeFileSync(join(mount, 'filler'), '');
      assert.equal((await store.put({ ...FILE, offset: 4 }, Buffer.from('two\n'), never())).kind, 'stored');
      assert.deepEqual(small.failures, []);
    } finally {
      await small.close();
      execFileSync('umount', [mount]);
    }
  });
});
