/** `flak … | head`: who reads may have enough before all is written. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '../../..');

describe('a command whose reader is gone', () => {
  it('ends as other programs do, without a word', async () => {
    const child = spawn(process.execPath, ['cli/flak.ts', 'explain', 'tests/golden/formats/web.flak.json'], {
      cwd: ROOT,
    });
    child.stdout.destroy();
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const notes = await text(child.stderr);
    assert.deepEqual([await ended, notes], [141, '']);
  });
});
