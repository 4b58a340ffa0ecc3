import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createFilesReader } from '../../../cli/files-store/ask-store.ts';
import type { StoredFile } from '../../../cli/files-store/files-reader.ts';
import { saveFolder } from '../../../cli/files-store/save-folder.ts';
import { createClock } from '../../../tracer/clock.ts';
import type { FalcoEvent } from '../../../tracer/falco/event.ts';
import { parseLine } from '../../../tracer/falco/parse-line.ts';
import { createFiles, type Files } from '../../../tracer/files/files.ts';
import { openSpool } from '../../../tracer/files/spool.ts';
import { waitUntil } from '../../cluster/wait-until.ts';
import { FilesServer, UID } from './files-server.ts';

const GOLDEN = new URL('../../golden/files/', import.meta.url);
const POD_UID = '2bae80b7-b6bc-4e4c-be75-83d7af861d57';
/** As often as the recorded stream is told. */
const ROUNDS = 300;
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a real Falco printed (tests/golden/files). */
const EVENTS: readonly FalcoEvent[] = readFileSync(new URL('falco-0.44.1.jsonl', GOLDEN), 'utf8')
  .trimEnd()
  .split('\n')
  .flatMap((text) => {
    const line = parseLine(text, POD_UID);
    return line.kind === 'event' ? [line.event] : [];
  });

describe("a target's lines on their way from Falco to a user's folder", function () {
  this.timeout(400_000);
  const server = new FilesServer();
  const spool = join(server.directory, 'node', UID);
  let rounds = 0;

  after(() => server.close());

  function tracer(): Files {
    const settings = { command: undefined, maxStringBytes: 150, rotateBytes: 100_000, capBytes: 1 << 28 };
    return createFiles({
      lines: { settings, openSpool: () => openSpool(spool), store: server.connect() },
      containerName: () => 'web',
      falcoVersion: () => '0.44.1',
      clock: createClock(uptime),
      random: Math.random,
      log: QUIET,
    });
  }

  function tell(files: Files, times: number): void {
    for (let round = 0; round < times; round += 1) for (const event of EVENTS) files.onEvent(event);
    rounds += times;
  }

  it('stay whole while the store crashes, answers get lost, and the tracer is replaced', async () => {
    await server.start();
    const first = tracer();
    tell(first, ROUNDS);
    await waitUntil('some are stored', () => Promise.resolve(server.shelf.bytes() > 0), { limitMs: 90_000 });
    await server.stop();
    tell(first, ROUNDS);
    await first.finish('hand-over', new AbortController().signal);
    await server.start();
    server.loseAnswers = 2;
    const second = tracer();
    tell(second, ROUNDS);
    await second.finish('upload', AbortSignal.timeout(60_000));
    assert.equal(existsSync(spool), false);
    assert.deepEqual(server.failures, []);
  });

  it('are fetched as they were told, in files of the size that was asked for', async () => {
    const dial = () => Promise.resolve(connect(server.port, '127.0.0.1'));
    const reader = createFilesReader({ dial, ca: server.ca, token: 'reader' });
    const files = await reader.files(UID);
    assert.ok(files.kind === 'ok');
    const stored: readonly StoredFile[] = files.value;
    const folder = join(server.directory, 'fetched');
    const wanted = stored.map((file) => ({
      ...file,
      path: `${file.folder}/${file.name}`,
      open: () => reader.open(UID, file),
    }));
    assert.equal((await saveFolder(folder, wanted)).kind, 'ok');
    reader.close();
    for (const stream of ['io', 'memory']) {
      const names: readonly string[] = stored
        .map(({ name }) => name)
        .filter((name) => name.startsWith(`trace_${stream}_`));
      const inOrder: readonly string[] = names.map((_, index) =>
        readFileSync(join(folder, 'web', `trace_${stream}_${index}.log`), 'utf8'),
      );
      const once = readFileSync(new URL(`trace_${stream}.log`, GOLDEN), 'utf8');
      assert.equal(inOrder.join(''), once.repeat(rounds));
      assert.ok(inOrder.every((text) => text.length <= 100_000));
      assert.ok(stream === 'memory' || inOrder.length > 10);
    }
  });
});
