/** OCI bundles whose target does nothing, so that all there is to see is the runtime. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Waits for a signal with the argument `wait`, else ends at once. Static: no loader calls. */
const IDLE_TARGET =
  '#include <unistd.h>\nint main(int argc, char **argv) { (void)argv; return argc > 1 ? pause() : 0; }\n';

/** What a runtime does before the exec depends on these alone (with the filter loaded; mounts and cgroups come earlier). */
export interface Variation {
  readonly noNewPrivileges: boolean;
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  /** `target` is looked up in PATH, `/bin/target` isn't. */
  readonly command: 'target' | '/bin/target';
}

const ROOT = { uid: 0, gid: 0, additionalGids: [] };
const NON_ROOT = { uid: 65532, gid: 65532, additionalGids: [1000, 2000] };

export const VARIATIONS: readonly Variation[] = [true, false].flatMap((noNewPrivileges) =>
  [ROOT, NON_ROOT].flatMap((user) =>
    (['target', '/bin/target'] as const).map((command) => ({ noNewPrivileges, user, command })),
  ),
);

/** The root file system that all bundles share: one static program, by default one that does nothing. */
export function makeRootFilesystem(folder: string, source = IDLE_TARGET): string {
  const root = join(folder, 'rootfs');
  for (const name of ['bin', 'proc', 'dev', 'sys']) mkdirSync(join(root, name), { recursive: true });
  execFileSync('cc', ['-static', '-O2', '-pthread', '-x', 'c', '-', '-o', join(root, 'bin/target')], { input: source });
  return root;
}

/** The `process` object of a bundle or of `exec --process`. */
export function processOf(variation: Variation, args: readonly string[]): object {
  const capabilities = ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_SETGID', 'CAP_SETUID'];
  return {
    terminal: false,
    user: variation.user,
    args: [variation.command, ...args],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    cwd: '/',
    noNewPrivileges: variation.noNewPrivileges,
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
  };
}

/** Writes `<folder>/<name>/config.json`. The filter allows what a container ever needs: it only marks who has one. */
export function makeBundle(folder: string, name: string, rootfs: string, process: object, seccomp: object): string {
  const bundle = join(folder, name);
  mkdirSync(bundle, { recursive: true });
  const config = {
    ociVersion: '1.0.2',
    root: { path: rootfs, readonly: true },
    process,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
    ],
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      maskedPaths: ['/proc/kcore', '/proc/keys'],
      readonlyPaths: ['/proc/sys'],
      seccomp,
    },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  return bundle;
}

export const MARKING_FILTER = {
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
  syscalls: [{ names: ['kexec_load'], action: 'SCMP_ACT_ERRNO' }],
};
