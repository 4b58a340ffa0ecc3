import assert from 'node:assert/strict';
import {
  beginsNewFile,
  CONTAINER_FOLDER,
  lineFileName,
  parseLineFile,
  renderReference,
} from '../../../../profile/files/line-files.ts';

describe('line files', () => {
  it('are named as FLAK named them, and read back', () => {
    for (const stream of ['io', 'memory'] as const)
      assert.deepEqual(parseLineFile(lineFileName({ stream, index: 12 })), { stream, index: 12 });
    assert.equal(lineFileName({ stream: 'io', index: 0 }), 'trace_io_0.log');
  });

  it('have no other names', () => {
    for (const name of [
      'trace_io_01.log',
      'trace_io_.log',
      'trace_net_0.log',
      '../trace_io_0.log',
      'trace_io_0.log\n',
      'trace_io_99999999.log',
    ])
      assert.equal(parseLineFile(name), undefined, name);
  });

  it('are in folders that are no paths', () => {
    for (const name of ['web', '_pod', 'f'.repeat(64)]) assert.match(name, CONTAINER_FOLDER);
    for (const name of ['..', '.', '', 'a/b', '-a', 'A', 'g'.repeat(64), 'a\n'])
      assert.doesNotMatch(name, CONTAINER_FOLDER);
  });

  it('end before lines that would make them longer than asked for, but hold at least one call', () => {
    assert.equal(beginsNewFile(90, 10, 100), false);
    assert.equal(beginsNewFile(91, 10, 100), true);
    assert.equal(beginsNewFile(0, 500, 100), false);
  });

  it('come with a reference that says what the enter lines are', () => {
    const reference = JSON.parse(renderReference({ seconds: 17.5, version: '0.44.1' })) as Record<string, unknown>;
    assert.equal(reference['ref_wall'], 17.5);
    assert.equal(reference['ref_mono'], 17.5);
    assert.match(String(reference['enter_lines']), /derived/);
    assert.equal(reference['source'], 'falco 0.44.1');
    assert.match(renderReference({ seconds: 1, version: null }), /"source":"falco"/);
  });
});
