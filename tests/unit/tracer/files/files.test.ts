import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LINE_CALLS } from '../../../../profile/files/operations.ts';
import { linesOf } from '../../../../profile/files/flak-line.ts';
import { filesSectionSchema } from '../../../../profile/probes.ts';
import { createFiles } from '../../../../tracer/files/files.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { fileEvent } from '../../profile/files/file-events.ts';
import { base, calls, FALCO, finish, linesOfAll, never, SETTINGS, stage, WEB } from './files-stage.ts';

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

  it('asks Falco for no more than it needs', () => {
    const summary = createFiles({ ...base(new FakeClock()), lines: null }).fields;
    const lines = stage().files.fields;
    assert.ok(summary.length < lines.length && summary.every((field) => lines.includes(field)));
    assert.ok(!summary.some((field) => field.startsWith('evt.rawarg.') && field !== 'evt.rawarg.path'));
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
    assert.ok(scene.store.puts < 100, String(scene.store.puts));
    scene.store.always = undefined;
    await finish(scene);
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
