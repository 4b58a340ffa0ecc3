/**
 * Real programs, recorded by `flak record` and, in the same run, by a machine-wide recorder that shares nothing with it; then
 * replayed under the profile that came of it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Abi } from '../../../profile/recording.ts';
import type { FlakProfile } from '../../../profile/flak-format.ts';
import { nameOf } from '../../../profile/syscalls/names.ts';
import { installPackages } from '../../cluster/machine/debian-packages.ts';
import { consoleProgress } from '../../cluster/progress.ts';
import type { MachineRecording, SeenCall } from '../../e2e/recorder-output.ts';
import type { Recorder } from '../../e2e/recorder.ts';
import { startRecorder } from '../../e2e/recorder.ts';
import { skipBecause } from '../../skip.ts';
import type { Ran, Running } from './flak.ts';
import { key, madeBy, readProfile, startFlak } from './flak.ts';
import type { Program } from './program.ts';
import { serveOnce } from './program.ts';

/** x32 numbers carry this bit in the kernel (arch/x86/include/uapi/asm/unistd.h). */
const X32_SYSCALL_BIT = 0x40000000;
/** Flak's own program, until it executes the recorded one (tracer/local/launch.c). */
const LAUNCHER = 'launch';

interface Recorded {
  readonly folder: string;
  readonly pid: number;
  readonly ran: Ran;
  readonly profile: FlakProfile;
}

function asUser({ user }: Program): string[] {
  return user === undefined ? [] : ['--user', user];
}

async function recordOne(program: Program): Promise<Recorded> {
  const folder = mkdtempSync(join(tmpdir(), `flak-${program.name}-`));
  program.prepare?.(folder);
  const output = join(folder, 'flak.json');
  const running = startFlak(['record', '-o', output, ...asUser(program), '--', ...program.command(folder)]);
  await serveOnce(program, folder, running.child);
  const ran = await running.ended;
  return { folder, pid: Number(running.child.pid), ran, profile: readProfile(folder) };
}

function independent({ calls, cgroups }: MachineRecording, pid: number): Set<string> {
  const ids = [...cgroups].filter(([, path]) => path.includes(`/flak-record-${pid}/`)).map(([id]) => id);
  const seen = ids.flatMap((id) => calls.get(id) ?? []).filter(({ program }) => program !== LAUNCHER);
  return new Set(seen.map(nameOfSeen));
}

function nameOfSeen({ nr, compat }: SeenCall): string {
  const abi: Abi = compat ? 'i386' : nr >= X32_SYSCALL_BIT ? 'x32' : 'x86_64';
  return key(abi, nameOf(abi, abi === 'x32' ? nr - X32_SYSCALL_BIT : nr));
}

/** Both of its runs under the profile, each with the same load. */
async function verifyOne(program: Program, folder: string): Promise<Ran> {
  const running = startFlak([
    'verify',
    ...asUser(program),
    join(folder, 'flak.json'),
    '--',
    ...program.command(folder),
  ]);
  for (const run of ['1 of 2', '2 of 2']) {
    await noted(running, run);
    await serveOnce(program, folder, running.child);
  }
  return running.ended;
}

async function noted({ child, ended }: Running, text: string): Promise<void> {
  const said = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.includes(text)) resolve();
    });
  });
  await Promise.race([said, ended]);
}

/**
 * Declares the tests of these programs. @param replays how often each runs under its profile, by name; once where it isn't said
 */
export function describePrograms(programs: readonly Program[], replays: Readonly<Record<string, number>> = {}): void {
  const recorded = new Map<string, Recorded>();
  let recorder: Recorder;
  let machine: MachineRecording;

  before(async function () {
    this.timeout(900_000);
    if (process.getuid?.() !== 0) skipBecause(this, 'recording needs root');
    await installPackages([...new Set(programs.flatMap(({ packages }) => packages))], consoleProgress(process.stderr));
    recorder = await startRecorder();
    for (const program of programs) recorded.set(program.name, await recordOne(program));
    machine = await recorder.stop();
  });

  after(async () => {
    await recorder.stop();
    for (const { folder } of recorded.values()) rmSync(folder, { recursive: true });
  });

  for (const program of programs) {
    it(`records exactly what ${program.name} calls`, () => {
      const { pid, ran, profile } = recorded.get(program.name) as Recorded;
      assert.match(
        profile.summary,
        program.partial ? new RegExp(`^partial\\(${program.partial}\\)`) : /^observed/,
        ran.notes,
      );
      const made = madeBy(profile, 'startup', 'serving', 'exec:foreign');
      const expected = independent(machine, pid);
      assert.ok(expected.size > 20, `the recorder saw ${expected.size} calls only`);
      assert.deepEqual([...made].sort(), [...expected].sort());
      assertOnlyDeclared(profile, made);
    });

    const times = replays[program.name] ?? 1;
    it(`lets ${program.name} run under its profile${times === 1 ? '' : ` ${times} times`} without a denial`, async () => {
      const { folder } = recorded.get(program.name) as Recorded;
      for (let time = 0; time < times; time++) {
        const { code, notes } = await verifyOne(program, folder);
        assert.equal(code, 0, notes);
      }
    });
  }
}

/** What the file allows beside the recording, its groups declare. */
function assertOnlyDeclared(profile: FlakProfile, made: ReadonlySet<string>): void {
  const declared = new Set(profile.groups.flatMap(({ calls }) => calls.map(({ name }) => name)));
  const allowed = profile.seccomp.syscalls
    .filter(({ action }) => action === 'SCMP_ACT_ALLOW')
    .flatMap(({ names }) => names);
  const names = new Set([...made].map((call) => call.split(' ')[1]));
  assert.deepEqual(
    allowed.filter((name) => !names.has(name) && !declared.has(name)),
    [],
  );
}
