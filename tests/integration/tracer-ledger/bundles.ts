/** Containers started by real runtimes from bundles on disk, in cgroups of the test's own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodCgroup } from './stage.ts';
import { CGROUP_ROOT, compile } from './stage.ts';
import { within } from '../../within.ts';

export interface BundleOptions {
  readonly args: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly seccomp?: object;
  readonly hooks?: object;
}

/** Answers in three ways: with the number a C library expects, a common one, and a rare one. */
export const DENYING_FILTER = {
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    { names: ['sched_getscheduler'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
    { names: ['getpriority'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 },
  ],
};

/** A root file system with one static program, `/bin/target`. */
export function makeRoot(folder: string, program: string): string {
  const root = join(folder, `root-${program}`);
  for (const name of ['bin', 'proc', 'dev', 'sys']) mkdirSync(join(root, name), { recursive: true });
  compile(program, join(root, 'bin/target'));
  return root;
}

/** Writes a bundle whose container runs in `<pod>/<name>`, where the runtime makes cgroups at all. */
export function makeBundle(folder: string, root: string, pod: PodCgroup, name: string, options: BundleOptions): string {
  const bundle = join(folder, `bundle-${name}`);
  mkdirSync(bundle, { recursive: true });
  const config = {
    ociVersion: '1.0.2',
    root: { path: root, readonly: true },
    process: {
      user: { uid: 0, gid: 0 },
      args: options.args,
      env: ['PATH=/bin'],
      cwd: '/',
      noNewPrivileges: options.noNewPrivileges,
      capabilities: { bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] },
    },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    hooks: options.hooks,
    linux: {
      cgroupsPath: `${pod.path}/${name}`,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      seccomp: options.seccomp,
    },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  return bundle;
}

/**
 * Runs runc to its end. A detached container keeps its output open, so it gets none. SIGTERM would not end one that hangs: runc
 * passes it on to the container's first process, which is process 1 of its namespace and takes none that it has no handler for.
 */
export function runc(folder: string, ...args: string[]): void {
  const log = join(folder, 'runc.log');
  const { status } = spawnSync('runc', ['--log', log, '--root', join(folder, 'runc'), ...args], {
    stdio: 'ignore',
    ...within(60_000),
  });
  if (status !== 0) throw new Error(`runc ${args.join(' ')}: exit ${status}, see ${log}`);
}

/**
 * crun refuses hybrid cgroups ("cgroups in hybrid mode not supported"): it is shown v2 alone, and makes no cgroup itself: the one
 * that creates a container is put into its cgroup first. All in one mount namespace: making one takes as long as a start.
 */
const CRUN_STARTS = `
set -e
mount --bind "$1" /sys/fs/cgroup
crun="crun --root $2/crun --cgroup-manager=disabled"
pod=$3
folder=$2
shift 3
for name; do
  sh -c "echo \\$\\$ > /sys/fs/cgroup$pod/$name/cgroup.procs; exec $crun create --bundle $folder/bundle-$name $name"
  $crun start $name
  until $crun state $name | grep -q '"status": "stopped"'; do sleep 0.05; done
  $crun delete $name
done`;

/** Creates, starts, awaits and deletes each of these containers, whose bundles and cgroups are there already. */
export function runCrun(folder: string, pod: PodCgroup, names: readonly string[]): void {
  const command = ['--mount', 'sh', '-c', CRUN_STARTS, 'crun-starts', CGROUP_ROOT, folder, pod.path, ...names];
  execFileSync('unshare', command, {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...within(120_000),
  });
}
