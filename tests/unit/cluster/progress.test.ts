import assert from 'node:assert/strict';
import { formatElapsed, liveLine } from '../../cluster/progress-line.ts';
import { createProgress, type ProgressOutput } from '../../cluster/progress.ts';

function recorder(isTerminal: boolean): { written: string[]; output: ProgressOutput; clock: { ms: number } } {
  const written: string[] = [];
  const clock = { ms: 0 };
  const write = (text: string): void => {
    written.push(text);
  };
  return { written, clock, output: { write, isTerminal, columns: () => 40, nowMs: () => clock.ms } };
}

describe('progress', () => {
  const elapsed: [number, string][] = [
    [0, '0.0s'],
    [1_250, '1.3s'],
    [59_949, '59.9s'],
    [59_950, '1m 00s'],
    [65_000, '1m 05s'],
    [3_600_000, '60m 00s'],
  ];
  for (const [ms, text] of elapsed) {
    it(`writes ${ms} ms as ${text}`, () => {
      assert.equal(formatElapsed(ms), text);
    });
  }

  it('shows all steps under way on one line that never wraps', () => {
    const steps = [
      { title: 'Compile', detail: '12 of 90', elapsedMs: 3_000 },
      { title: 'Image', detail: '', elapsedMs: 1_000 },
    ];
    assert.equal(liveLine(steps, 80), 'Compile 3.0s (12 of 90) · Image 1.0s');
    for (let columns = 2; columns < 45; columns += 1) assert.ok(liveLine(steps, columns).length < columns);
  });

  it('is plain lines where there is no terminal: when a step begins and when it ends', async () => {
    const { written, output, clock } = recorder(false);
    const result = await createProgress(output).step('Compile', () => {
      clock.ms = 2_000;
      return Promise.resolve(7);
    });
    assert.equal(result, 7);
    assert.deepEqual(written, ['→ Compile\n', '✓ Compile (2.0s)\n']);
  });

  it('marks a step that failed and passes the failure on', async () => {
    const { written, output } = recorder(false);
    await assert.rejects(
      createProgress(output).step('Compile', () => Promise.reject(new Error('no disk'))),
      /no disk/,
    );
    assert.deepEqual(written.at(-1), '✗ Compile (0.0s)\n');
  });

  it('clears the live line of a terminal before each line', () => {
    const { written, output } = recorder(true);
    createProgress(output).note('Installing');
    assert.deepEqual(written, ['\r\u001b[2KInstalling\n']);
  });
});
