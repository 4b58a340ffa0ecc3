/** A BPF file system and pod cgroups of a test's own, so that it meets no other ledger of the machine; all undone at its end. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger, LedgerOptions, Slot, Target } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import { within } from '../../within.ts';

export const REPOSITORY = join(import.meta.dirname, '../../..');
const V2_BESIDE_V1 = '/sys/fs/cgroup/unified';
export const CGROUP_ROOT = existsSync(V2_BESIDE_V1) ? V2_BESIDE_V1 : '/sys/fs/cgroup';

export interface PodCgroup {
  readonly directory: string;
  /** Below the hierarchy's root, as `cgroupsPath` of an OCI bundle wants it. */
  readonly path: string;
  readonly target: Target;
}

export interface Stage {
  readonly folder: string;
  readonly options: LedgerOptions;
  pod(): PodCgroup;
  open(): Ledger;
  join(pod: PodCgroup): Promise<Slot>;
  [Symbol.dispose](): void;
}

export function cgroupId(directory: string): bigint {
  return statSync(directory, { bigint: true }).ino;
}

/** Kills what is left below, then removes the cgroups from the leaves up. */
function removeCgroup(directory: string): void {
  if (existsSync(join(directory, 'cgroup.kill'))) writeFileSync(join(directory, 'cgroup.kill'), '1');
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(directory, entry.name));
  }
  for (let attempt = 0; existsSync(directory); attempt++) {
    try {
      rmdirSync(directory);
    } catch (error) {
      if (attempt === 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** Makes a cgroup below a pod's, as a runtime does for a container. */
export function makeCgroup(pod: PodCgroup, name: string): string {
  const directory = join(pod.directory, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Builds a static program of this folder. */
export function compile(name: string, output: string, folder = join(import.meta.dirname, 'programs')): void {
  const source = join(folder, `${name}.c`);
  execFileSync('cc', ['-static', '-O1', '-pthread', '-Wall', '-Werror', source, '-o', output]);
}

/** Runs a shell command line to its end from inside a cgroup. */
export function runInside(cgroup: string, script: string): void {
  execFileSync('sh', ['-c', `echo $$ > ${cgroup}/cgroup.procs && ${script}`], within(60_000));
}

let stages = 0;

export function openStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'flak-ledger-'));
  const bpffs = join(folder, 'bpf');
  mkdirSync(bpffs);
  execFileSync('mount', ['-t', 'bpf', 'bpf', bpffs]);
  const base = `flak-test-${process.pid}-${stages++}`;
  mkdirSync(join(CGROUP_ROOT, base));
  const options: LedgerOptions = {
    pinRoot: join(bpffs, 'flak'),
    lockFile: join(folder, 'ledger.lock'),
    objectFile: join(REPOSITORY, 'tracer/ledger/ledger.bpf.o'),
    cgroupRoot: CGROUP_ROOT,
  };
  const ledgers: Ledger[] = [];
  let pods = 0;

  const open = (): Ledger => {
    const result = openLedger(options);
    if (result.kind === 'refused') throw new Error(`${result.refusal}: ${result.detail}`);
    ledgers.push(result.ledger);
    return result.ledger;
  };
  return {
    folder,
    options,
    open,
    pod: () => {
      const path = `/${base}/pod${++pods}`;
      const directory = join(CGROUP_ROOT, path);
      mkdirSync(directory);
      return { directory, path, target: { podUid: crypto.randomUUID(), cgroupIds: [cgroupId(directory)] } };
    },
    join: async (pod) => {
      const result = await open().join(pod.target);
      if (result.kind === 'refused') throw new Error(`${result.refusal}: ${result.detail}`);
      return result.slot;
    },
    [Symbol.dispose]() {
      for (const ledger of ledgers) ledger.close();
      execFileSync('umount', [bpffs]);
      removeCgroup(join(CGROUP_ROOT, base));
      rmSync(folder, { recursive: true });
    },
  };
}
