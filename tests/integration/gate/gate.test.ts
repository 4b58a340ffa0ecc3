import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordFigure } from '../../figure.ts';
import { skipBecause } from '../../skip.ts';
import { compileGate, hearsSigterm, startGate, writeDownwardFile } from './gate-under-test.ts';

/** Long enough for several polls of the gate (10 ms each): what has not happened by then is not going to. */
const SEVERAL_POLLS_MS = 150;

const PT_INTERP = 3;

/** The types of an ELF64 little-endian file's program headers (elf(5): e_phoff at 32, e_phentsize at 54, e_phnum at 56). */
function programHeaderTypes(elf: Buffer): number[] {
  const start = Number(elf.readBigUInt64LE(32));
  return Array.from({ length: elf.readUInt16LE(56) }, (_, i) => elf.readUInt32LE(start + i * elf.readUInt16LE(54)));
}

describe('the gate', function () {
  this.timeout(60_000);
  let binary = '';
  let directory = '';
  let remove: AsyncDisposable;
  let next = 0;

  before(async () => {
    const compiled = await compileGate();
    ({ binary, directory } = compiled);
    remove = compiled;
  });
  after(async () => {
    await remove[Symbol.asyncDispose]();
  });

  async function newVolume(): Promise<string> {
    const volume = join(directory, `volume-${++next}`);
    await mkdir(volume);
    return volume;
  }

  it('is one small static binary', async () => {
    const elf = await readFile(binary);
    assert.ok((await stat(binary)).size <= 1024 * 1024);
    assert.ok(!programHeaderTypes(elf).includes(PT_INTERP), 'it asks for a dynamic loader');
  });

  it('stays shut until the opening file exists, then opens and says so in one line', async () => {
    const volume = await newVolume();
    const gate = await startGate(binary, [`--opening=${volume}/open`, `--signal=${volume}/gate`, '--timeout=60']);
    await sleep(SEVERAL_POLLS_MS);
    assert.ok(gate.isWaiting());
    await writeFile(join(volume, 'open'), '');
    const { code, lines } = await gate.end;
    assert.equal(code, 0);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^flak-gate: opened after \d+\.\d{3} s: the tracer is armed$/);
  });

  it("opens when the annotation's file says so", async () => {
    const volume = await newVolume();
    await writeDownwardFile(volume, 1, '');
    const gate = await startGate(binary, [`--signal=${volume}/gate`, '--timeout=60']);
    await sleep(SEVERAL_POLLS_MS);
    assert.ok(gate.isWaiting(), 'an empty annotation opened it');
    await writeDownwardFile(volume, 2, 'open');
    assert.equal((await gate.end).code, 0);
  });

  it('opens when told, by either medium; how soon is measured', async function () {
    const took: Record<string, number[]> = { opening: [], signal: [] };
    for (let round = 0; round < 10; round++) {
      for (const medium of ['opening', 'signal']) {
        const volume = await newVolume();
        if (medium === 'signal') await writeDownwardFile(volume, 1, '');
        const gate = await startGate(binary, [`--opening=${volume}/open`, `--signal=${volume}/gate`, '--timeout=60']);
        await sleep(50 + round);
        const toldAtMs = performance.now();
        if (medium === 'opening') await writeFile(join(volume, 'open'), '');
        else await writeDownwardFile(volume, 2, 'open');
        const end = await gate.end;
        assert.equal(end.code, 0);
        took[medium]?.push(end.endedAtMs - toldAtMs);
      }
    }
    for (const [medium, values] of Object.entries(took)) {
      const sorted = values.sort((a, b) => a - b).map((ms) => ms.toFixed(1));
      recordFigure(this, `${medium}: median ${sorted[5] ?? ''} ms, worst ${sorted[9] ?? ''} ms from told to exited`);
    }
  });

  it('waits for a directory that appears only later', async () => {
    const volume = join(directory, 'not-yet');
    const gate = await startGate(binary, [`--opening=${volume}/open`, '--timeout=60']);
    await sleep(SEVERAL_POLLS_MS);
    assert.ok(gate.isWaiting());
    await mkdir(volume);
    await writeFile(join(volume, 'open'), '');
    assert.equal((await gate.end).code, 0);
  });

  it('is released by an annotation that names the reason', async () => {
    const volume = await newVolume();
    await writeDownwardFile(volume, 1, 'release:tracer-image\n');
    const { code, lines } = await (await startGate(binary, [`--signal=${volume}/gate`, '--timeout=60'])).end;
    assert.equal(code, 0);
    assert.match(lines.join('\n'), /^flak-gate: released after \S+ s without a trace: tracer-image$/);
  });

  it('prints nothing of an annotation but what a reason may consist of', async () => {
    const volume = await newVolume();
    await writeDownwardFile(volume, 1, 'release:capped\u001b[31m\nforged line');
    const { lines } = await (await startGate(binary, [`--signal=${volume}/gate`, '--timeout=60'])).end;
    assert.match(lines.join('\n'), /without a trace: capped$/);
  });

  for (const content of ['opened', 'OPEN', ' open', 'release', 'x'.repeat(4096)]) {
    it(`is not opened by ${JSON.stringify(content.slice(0, 12))} in the annotation`, async () => {
      const volume = await newVolume();
      await writeDownwardFile(volume, 1, content);
      const gate = await startGate(binary, [`--signal=${volume}/gate`, '--timeout=60']);
      await sleep(SEVERAL_POLLS_MS);
      assert.ok(gate.isWaiting());
      await writeDownwardFile(volume, 2, 'open');
      assert.equal((await gate.end).code, 0);
    });
  }

  it('opens at its timeout, and succeeds', async () => {
    const { code, lines } = await (await startGate(binary, ['--signal=/nowhere/gate', '--timeout=1'])).end;
    assert.equal(code, 0);
    assert.match(
      lines.join('\n'),
      /^flak-gate: timed out after [1-9]\d*\.\d{3} s: the target's containers start without a trace$/,
    );
  });

  it('says after 3 s what it waits for, and until when at the latest', async () => {
    const startedAt = Date.now();
    const { lines } = await (await startGate(binary, ['--signal=/nowhere/gate', '--timeout=4'])).end;
    assert.equal(lines.length, 2);
    const until = /still waiting for .*tracer.* at (\S+Z) at the latest$/.exec(lines[0] ?? '')?.[1];
    assert.ok(until !== undefined, lines[0]);
    assert.ok(Date.parse(until) >= startedAt + 2000, until);
    assert.ok(Date.parse(until) <= Date.now() + 2000, until);
  });

  describe('that is fail-closed', () => {
    it('ignores a release and opens for the tracer only', async () => {
      const volume = await newVolume();
      await writeDownwardFile(volume, 1, 'release:capped');
      const args = [`--opening=${volume}/open`, `--signal=${volume}/gate`, '--timeout=60', '--fail-closed'];
      const gate = await startGate(binary, args);
      await sleep(SEVERAL_POLLS_MS);
      assert.ok(gate.isWaiting());
      await writeFile(join(volume, 'open'), '');
      const { code, lines } = await gate.end;
      assert.equal(code, 0);
      assert.match(lines.join('\n'), /opened after/);
    });

    it('fails at its timeout', async () => {
      const gate = await startGate(binary, ['--fail-closed', '--signal=/nowhere/gate', '--timeout=1']);
      const { code, lines } = await gate.end;
      assert.equal(code, 1);
      assert.match(lines.join('\n'), /timed out after .*not armed.*fail-closed$/);
    });

    it('fails when it is terminated, so that no target starts untraced', async () => {
      const gate = await startGate(binary, ['--fail-closed', '--signal=/nowhere/gate', '--timeout=60']);
      await hearsSigterm(gate.pid);
      process.kill(gate.pid, 'SIGTERM');
      assert.equal((await gate.end).code, 1);
    });
  });

  it('ends with success and a line when it is terminated', async () => {
    const gate = await startGate(binary, ['--signal=/nowhere/gate', '--timeout=60']);
    await hearsSigterm(gate.pid);
    process.kill(gate.pid, 'SIGTERM');
    const { code, signal, lines } = await gate.end;
    assert.deepEqual({ code, signal }, { code: 0, signal: null });
    assert.match(lines.join('\n'), /^flak-gate: terminated after \S+ s, before the tracer was armed$/);
  });

  it('hears SIGTERM as the first process of a PID namespace', async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'only root may make a PID namespace');
    const args = ['--pid', '--fork', '--kill-child', binary, '--signal=/nowhere/gate', '--timeout=60'];
    const unshare = await startGate('unshare', args);
    let children = '';
    while (children === '') {
      await sleep(10);
      children = (await readFile(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8')).trim();
    }
    await hearsSigterm(Number(children));
    process.kill(Number(children), 'SIGTERM');
    const { code, lines } = await unshare.end;
    assert.equal(code, 0);
    assert.match(lines.join('\n'), /terminated after/);
  });

  const bad: [string, string[], RegExp][] = [
    ['an unknown argument', ['--open=/x', '--timeout=5'], /bad argument "--open=\/x": expected --opening=FILE/],
    ['no medium', ['--timeout=5'], /neither --opening=FILE nor --signal=FILE/],
    ['an empty path', ['--signal=', '--timeout=5'], /bad argument "--signal="/],
    ['no timeout', ['--signal=/x'], /--timeout=SECONDS is missing/],
    ['a timeout of 0', ['--signal=/x', '--timeout=0'], /not a number from 1 to 86400/],
    ['a timeout with a unit', ['--signal=/x', '--timeout=5s'], /not a number/],
    ['a timeout beyond any number', ['--signal=/x', '--timeout=99999999999999999999'], /not a number/],
  ];
  for (const [what, args, sentence] of bad) {
    it(`given ${what} says so, and fails only where nothing but arming may open it`, async () => {
      const open = await (await startGate(binary, args)).end;
      const closed = await (await startGate(binary, [...args, '--fail-closed'])).end;
      assert.match(open.lines.join('\n'), sentence);
      assert.deepEqual([open.code, closed.code, open.lines.length], [0, 1, 1]);
    });
  }
});
