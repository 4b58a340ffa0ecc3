/**
 * Measures which calls runc and crun make after they have loaded a seccomp filter and up to the exec of the container's
 * program: `npm run base-set -- [--starts N] [RUNTIME…]` (root; default runtimes are runc and crun from PATH).
 *
 * Each runtime starts N containers and joins N programs to running ones (`exec`, as probes do) with and without
 * NoNewPrivileges, as root and not, while bpftrace counts every call of a filtered task of theirs. The result goes to
 * profile/base-set-measured.ts, where it replaces what was measured before of the same runtime and version.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MeasuredBaseSet } from '../../profile/base-set.ts';
import { watchedNumbers } from '../../profile/arguments.ts';
import { MEASURED } from '../../profile/base-set-measured.ts';
import { ENFORCED, EVERY_BIT } from '../../profile/enforced.ts';
import { nameOf } from '../../profile/syscalls/names.ts';
import { makeBundle, makeRootFilesystem, MARKING_FILTER, processOf, VARIATIONS } from './bundle.ts';
import type { FilteredCall, FilteredValue, ValuedCall } from './recorder.ts';
import { startRecorder } from './recorder.ts';
import { renderMeasured } from './render.ts';
import type { Runtime } from './runtime.ts';
import { identifyRuntime, runRuntime } from './runtime.ts';

const OUTPUT = join(import.meta.dirname, '../../profile/base-set-measured.ts');
const ARCHITECTURE = arch() === 'arm64' ? 'aarch64' : 'x86_64';

function mustSucceed(runtime: Runtime, state: string, args: readonly string[]): void {
  const { status, output } = runRuntime(runtime, state, args);
  if (status !== 0) throw new Error(`${runtime.name} ${args.join(' ')} ended with ${status}: ${output}`);
}

/** `starts` starts and as many joined programs of each half of the variations (with and without NoNewPrivileges). */
function exercise(runtime: Runtime, folder: string, rootfs: string, starts: number): void {
  const state = join(folder, 'state', `${runtime.name}-${runtime.version}`);
  const rounds = Math.ceil(starts / (VARIATIONS.length / 2));
  for (const [index, variation] of VARIATIONS.entries()) {
    const once = makeBundle(folder, `once-${index}`, {
      rootfs,
      process: processOf(variation, []),
      seccomp: MARKING_FILTER,
    });
    const waiting = makeBundle(folder, `waiting-${index}`, {
      rootfs,
      process: processOf(variation, ['wait']),
      seccomp: MARKING_FILTER,
    });
    const joined = join(waiting, 'process.json');
    writeFileSync(joined, JSON.stringify(processOf(variation, [])));
    for (let round = 0; round < rounds; round++)
      mustSucceed(runtime, state, ['run', '--bundle', once, `flak-${process.pid}-${index}-${round}`]);
    const id = `flak-${process.pid}-${index}`;
    mustSucceed(runtime, state, ['run', '--detach', '--bundle', waiting, id]);
    try {
      for (let round = 0; round < rounds; round++) mustSucceed(runtime, state, ['exec', '--process', joined, id]);
    } finally {
      mustSucceed(runtime, state, ['delete', '--force', id]);
    }
  }
}

function namesOf(calls: readonly FilteredCall[], runtime: Runtime, noNewPrivileges: boolean): string[] {
  const own = calls.filter((call) => call.task.startsWith(runtime.name) && call.noNewPrivileges === noNewPrivileges);
  return [...new Set(own.map(({ nr }) => nameOf(ARCHITECTURE, nr)))].sort();
}

/** Ints of which every bit is compared by default: what the runtime passes then has to be allowed by value. */
const VALUED: readonly ValuedCall[] = [...watchedNumbers(ARCHITECTURE)].flatMap(([nr, { wide64 }]) => {
  const masks = Object.entries(ENFORCED[nameOf(ARCHITECTURE, nr)]?.masks ?? {});
  const index = Number(masks[0]?.[0]);
  return masks.length === 1 && masks[0]?.[1] === EVERY_BIT && !wide64.includes(index) ? [{ nr, index }] : [];
});

function valuesOf(seen: readonly FilteredValue[], runtime: Runtime): Record<string, number[]> {
  const own = seen.filter(({ task }) => task.startsWith(runtime.name));
  const byName = Map.groupBy(own, ({ nr }) => nameOf(ARCHITECTURE, nr));
  const rows = [...byName].map(([name, all]): [string, number[]] => {
    return [name, [...new Set(all.map(({ value }) => value))].sort((a, b) => a - b)];
  });
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function measure(runtime: Runtime, folder: string, rootfs: string, starts: number): Promise<MeasuredBaseSet> {
  const recorder = await startRecorder(VALUED);
  let stopped: Awaited<ReturnType<typeof recorder.stop>> | undefined;
  try {
    exercise(runtime, folder, rootfs, starts);
  } finally {
    stopped = await recorder.stop();
  }
  const { calls, values } = stopped;
  return {
    runtime: runtime.name,
    version: runtime.version,
    architecture: ARCHITECTURE,
    kernel: release().split('-', 1).join(),
    starts,
    withNoNewPrivileges: namesOf(calls, runtime, true),
    withoutNoNewPrivileges: namesOf(calls, runtime, false),
    values: valuesOf(values, runtime),
  };
}

const { values, positionals } = parseArgs({
  options: { starts: { type: 'string', default: '100' } },
  allowPositionals: true,
});
const runtimes = (positionals.length > 0 ? positionals : ['runc', 'crun']).map(identifyRuntime);
const folder = mkdtempSync(join(tmpdir(), 'flak-base-set-'));
try {
  const rootfs = makeRootFilesystem(folder);
  let measured = MEASURED;
  for (const runtime of runtimes) {
    const set = await measure(runtime, folder, rootfs, Number(values.starts));
    console.log(`${set.runtime} ${set.version}: ${set.withNoNewPrivileges.length} calls with NoNewPrivileges,`);
    console.log(`  ${set.withoutNoNewPrivileges.length} without, over ${set.starts} starts and joins each`);
    measured = [...measured.filter((m) => m.runtime !== set.runtime || m.version !== set.version), set];
  }
  writeFileSync(OUTPUT, renderMeasured(measured));
  execFileSync('npx', ['prettier', '--write', '--log-level=warn', OUTPUT]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
