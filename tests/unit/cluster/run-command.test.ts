import assert from 'node:assert/strict';
import { CommandFailed, runCommand, tryCommand } from '../../cluster/run-command.ts';

describe('running a command', () => {
  it('gives its standard output and every line of both streams as it comes', async () => {
    const lines: string[] = [];
    const onLine = (line: string): void => {
      lines.push(line);
    };
    const output = await runCommand(['sh', '-c', 'cat; echo oops >&2'], { input: 'a\nb\n', onLine });
    assert.equal(output, 'a\nb');
    assert.deepEqual(lines.sort(), ['a', 'b', 'oops']);
  });

  it('fails with the end of what was printed', async () => {
    await assert.rejects(runCommand(['sh', '-c', 'echo why >&2; exit 3']), (error: unknown) => {
      assert.ok(error instanceof CommandFailed);
      assert.equal(error.exitCode, 3);
      assert.match(error.message, /why/);
      return true;
    });
  });

  it('has no answer where it failed or is not there, when only tried', async () => {
    assert.equal(await tryCommand(['false']), undefined);
    assert.equal(await tryCommand(['flak-no-such-command']), undefined);
  });

  it('ends with all it started when it is interrupted', async () => {
    const controller = new AbortController();
    const running = runCommand(['sh', '-c', 'echo $$; sleep 600; echo late'], {
      signal: controller.signal,
      onLine: () => {
        controller.abort(new Error('interrupted'));
      },
    });
    await assert.rejects(running, /interrupted/);
  });
});
