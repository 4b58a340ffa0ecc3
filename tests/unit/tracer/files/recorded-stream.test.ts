import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createFiles } from '../../../../tracer/files/files.ts';
import { parseLine } from '../../../../tracer/falco/parse-line.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { base, FALCO, finish, SETTINGS } from './files-stage.ts';
import { MemorySpool, MemoryStore } from './memory-spool.ts';

/** One round of tests/falco/programs/filer.c as Falco 0.44.1 printed it (FLAK_KEEP_STREAM of tests/falco/files.test.ts). */
const STREAM = new URL('../../../golden/files/falco-0.44.1.jsonl', import.meta.url);
const POD_UID = '2bae80b7-b6bc-4e4c-be75-83d7af861d57';
const golden = (name: string): string => readFileSync(new URL(name, STREAM), 'utf8');

describe('a stream that a real Falco printed', () => {
  const store = new MemoryStore();
  const clock = new FakeClock();
  const lines = { settings: { ...SETTINGS, rotateBytes: 1000 }, openSpool: () => new MemorySpool(), store };
  const files = createFiles({ ...base(clock), containerName: () => 'web', lines });

  before(async () => {
    for (const text of golden('falco-0.44.1.jsonl').trimEnd().split('\n')) {
      const line = parseLine(text, POD_UID);
      assert.ok(line.kind === 'event');
      files.onEvent(line.event);
    }
    await finish({ files, clock });
  });

  it('becomes lines of files and of memory', () => {
    assert.equal(store.text('web', 'io'), golden('trace_io.log'));
    assert.equal(store.text('web', 'memory'), golden('trace_memory.log'));
    assert.ok([...store.files.keys()].filter((key) => key.startsWith('web/trace_io_')).length > 3);
  });

  it('becomes a summary', () => {
    assert.deepEqual(files.section(FALCO), JSON.parse(golden('summary.json')));
  });
});
