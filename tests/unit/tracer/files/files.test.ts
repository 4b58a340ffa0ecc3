import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LINE_CALLS } from '../../../../profile/files/operations.ts';
import { linesOf } from '../../../../profile/files/flak-line.ts';
import { filesSectionSchema, type FalcoSection } from '../../../../profile/probes.ts';
import { createFiles, type Files, type FilesDeps } from '../../../../tracer/files/files.ts';
import { FakeClock, settle } from '../../../fake-clock.ts';
import { fileEvent } from '../../profile/files/file-events.ts';
import { MemorySpool, MemoryStore } from './memory-spool.ts';

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const WEB = 'a'.repeat(64);
const FALCO: FalcoSection = {
  state: 'watching',
  detail: '',
  version: '0.44.1',
  readyAt: null,
  calls: [],
  events: 1,
  drops: 0,
  gaps: [],
  gapsOmitted: 0,
  shed: [],
};
const SETTINGS = { command: undefined, maxStringBytes: 150, rotateBytes: 1 << 20, capBytes: 1 << 20 };

interface Stage {
  readonly files: Files;
  readonly clock: FakeClock;
  readonly spool: MemorySpool;
  readonly store: MemoryStore;
}

function stage(settings: Partial<typeof SETTINGS> = {}, given: Partial<Pick<Stage, 'spool' | 'store'>> = {}): Stage {
  const spool = given.spool ?? new MemorySpool();
  const store = given.store ?? new MemoryStore();
  const clock = new FakeClock();
  const lines: FilesDeps['lines'] = { settings: { ...SETTINGS, ...settings }, openSpool: () => spool, store };
  return { files: createFiles({ ...base(clock), lines }), clock, spool, store };
}

function base(clock: FakeClock): Omit<FilesDeps, 'lines'> {
  const containerName = (id: string): string | undefined => (id === WEB ? 'web' : undefined);
  return { containerName, falcoVersion: () => '0.44.1', clock, random: () => 0.5, log: QUIET };
}

/** Calls one after the other, each with a time of its own. */
function calls(count: number, first = 0): Parameters<Files['onEvent']>[0][] {
  return Array.from({ length: count }, (_, index) => fileEvent({ timeNs: BigInt(first + index), containerId: WEB }));
}

function linesOfAll(events: readonly Parameters<Files['onEvent']>[0][]): string {
  return events.map((event) => linesOf(event, SETTINGS)?.text ?? '').join('');
}

const never = (): AbortSignal => new AbortController().signal;

async function finish({ files, clock }: Stage, how: 'upload' | 'hand-over' = 'upload'): Promise<void> {
  let over = false;
  const finished = files.finish(how, never()).then(() => (over = true));
  while (!over) await clock.advance(1000);
  await finished;
}

describe('the file report of a trace', () => {
  it('keeps a summary alone where no lines are asked for', async () => {
    const files = createFiles({ ...base(new FakeClock()), lines: null });
    files.onEvent(fileEvent({ name: 'openat', path: '/etc/passwd', flags: 'O_RDONLY', containerId: WEB }));
    files.onEvent(fileEvent({ name: 'openat', path: '/x', flags: 'O_RDONLY', containerId: 'b'.repeat(64) }));
    files.onEvent(fileEvent({ name: 'openat', path: '/y', flags: 'O_RDONLY', containerId: undefined }));
    assert.deepEqual(files.section({ ...FALCO, drops: 2 }), {
      containers: [{ container: 'web', paths: [{ path: '/etc/passwd', access: ['read'] }] }],
      lines: { kept: 0, dropped: 0, uploaded: 0 },
      reasons: ['falco-dropped'],
    });
    await files.finish('upload', never());
  });

  it('brings all lines to the store, a reference with them, and leaves nothing on the node', async () => {
    const scene = stage();
    const events = calls(10);
    for (const event of events) scene.files.onEvent(event);
    scene.files.onEvent(fileEvent({ name: 'munmap', containerId: 'b'.repeat(64) }));
    scene.files.onEvent(fileEvent({ name: 'munmap', containerId: undefined }));
    await finish(scene);
    assert.equal(scene.store.text('web', 'io'), linesOfAll(events));
    assert.match(scene.store.text('b'.repeat(64), 'memory'), /EX munmap/);
    assert.match(scene.store.text('_pod', 'memory'), /EX munmap/);
    assert.match(scene.store.files.get('web/reference_timestamps.json')?.toString() ?? '', /falco 0\.44\.1/);
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 24, dropped: 0, uploaded: 24 });
    assert.deepEqual(scene.files.section(FALCO).reasons, []);
    assert.ok(scene.spool.discarded);
  });

  it('uploads while the target runs, without being asked', async () => {
    const scene = stage();
    for (const event of calls(3)) scene.files.onEvent(event);
    await scene.clock.advance(3000);
    assert.equal(scene.store.text('web', 'io'), linesOfAll(calls(3)));
    await finish(scene, 'hand-over');
  });

  it('never splits a call over two files, and all files together are the run without rotation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ name: fc.constantFrom(...LINE_CALLS), comm: fc.string({ minLength: 1, maxLength: 15 }) }),
          { maxLength: 60 },
        ),
        fc.integer({ min: 1, max: 1500 }),
        fc.nat(59),
        async (given, rotateBytes, pauseAt) => {
          const scene = stage({ rotateBytes });
          const events = given.map((each, index) => fileEvent({ ...each, timeNs: BigInt(index), containerId: WEB }));
          for (const [index, event] of events.entries()) {
            if (index === pauseAt) await scene.clock.advance(2000);
            scene.files.onEvent(event);
          }
          await finish(scene);
          for (const stream of ['io', 'memory']) {
            const whole = events.map((event) => linesOf(event, SETTINGS)).filter((lines) => lines?.stream === stream);
            assert.equal(scene.store.text('web', stream), whole.map((lines) => lines?.text).join(''));
          }
          const longest = Math.max(
            0,
            ...events.map((event) => Buffer.byteLength(linesOf(event, SETTINGS)?.text ?? '')),
          );
          for (const [key, content] of scene.store.files) {
            if (!key.endsWith('.log')) continue;
            assert.ok(content.length <= Math.max(rotateBytes, longest), key);
            assert.equal(content.toString().split('\n').length % 2, 1, key);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('loses and doubles nothing while the store is away, answers get lost, or come late', async () => {
    const scene = stage();
    scene.store.always = { kind: 'not-now', message: 'connect ECONNREFUSED', retryAfterMs: 0 };
    for (const event of calls(5)) scene.files.onEvent(event);
    await scene.clock.advance(120_000);
    assert.equal(scene.store.files.size, 0);
    scene.store.always = undefined;
    scene.store.answers.push(
      'lost-answer',
      'lost-answer',
      { kind: 'not-now', message: 'HTTP 503', retryAfterMs: 9 },
      'lost-answer',
    );
    for (const event of calls(5, 5)) scene.files.onEvent(event);
    await finish(scene);
    assert.equal(scene.store.text('web', 'io'), linesOfAll(calls(10)));
    assert.deepEqual(scene.files.section(FALCO).lines, { kept: 20, dropped: 0, uploaded: 20 });
  });

  it('tries ever less often, at most some times a minute, while the store is away', async () => {
    const scene = stage();
    scene.store.always = { kind: 'not-now', message: 'away', retryAfterMs: 0 };
    for (const event of calls(1)) scene.files.onEvent(event);
    await scene.clock.advance(600_000);
    assert.ok(scene.store.puts < 70, String(scene.store.puts));
    scene.store.always = undefined;
    await finish(scene);
  });

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

  it('leaves what waits to its successor', async () => {
    const scene = stage();
    scene.store.always = { kind: 'not-now', message: 'away', retryAfterMs: 0 };
    for (const event of calls(2)) scene.files.onEvent(event);
    await finish(scene, 'hand-over');
    assert.equal(scene.spool.chunks.size, 1);
    assert.equal(scene.spool.discarded, false);
    assert.deepEqual(scene.spool.saved?.counts, { kept: 4, dropped: 0, uploaded: 0 });
  });

  it('has a report that fits beside the recording, however long the paths are', () => {
    const files = createFiles({ ...base(new FakeClock()), containerName: (id) => `c${id.slice(0, 2)}`, lines: null });
    for (let container = 10; container < 40; container += 1)
      for (let index = 0; index < 100; index += 1)
        files.onEvent(
          fileEvent({
            name: 'creat',
            path: `/${'d'.repeat(300)}/${index}`,
            containerId: String(container).padEnd(64, '0'),
          }),
        );
    const section = files.section(FALCO);
    assert.ok(filesSectionSchema.safeParse(section).success);
    assert.ok(JSON.stringify(section).length <= 200_000);
    assert.equal(section.containers.length, 30);
    assert.deepEqual(section.reasons, ['paths-folded']);
  });

  it('keeps to a bound of containers', () => {
    const files = createFiles({ ...base(new FakeClock()), containerName: (id) => id.replace(/^0+/, 'c'), lines: null });
    for (let index = 1; index <= 600; index += 1)
      files.onEvent(fileEvent({ name: 'creat', path: '/f', containerId: String(index).padStart(64, '0') }));
    assert.equal(files.section(FALCO).containers.length, 64);
  });
});
