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
export function makeRootFilesystem(folder: string, source = IDLE_TARGET, options: readonly string[] = []): string {
  const root = join(folder, 'rootfs');
  for (const name of ['bin', 'proc', 'dev', 'sys']) mkdirSync(join(root, name), { recursive: true });
  const flags = ['-static', '-O2', '-pthread', ...options, '-x', 'c', '-'];
  execFileSync('cc', [...flags, '-o', join(root, 'bin/target')], { input: source });
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

export interface BundleOptions {
  readonly rootfs: string;
  readonly process: object;
  readonly seccomp: object;
  /** Beside `/proc` and `/dev`. */
  readonly mounts?: readonly object[];
  /** Shares the network of the machine. */
  readonly hostNetwork?: boolean;
}

const NAMESPACES = ['pid', 'ipc', 'uts', 'mount'];

/** Writes `<folder>/<name>/config.json` and gives the bundle's folder. */
export function makeBundle(folder: string, name: string, options: BundleOptions): string {
  const bundle = join(folder, name);
  mkdirSync(bundle, { recursive: true });
  const namespaces = options.hostNetwork === true ? NAMESPACES : [...NAMESPACES, 'network'];
  const config = {
    ociVersion: '1.0.2',
    root: { path: options.rootfs, readonly: true },
    process: options.process,
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      ...(options.mounts ?? []),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths: ['/proc/kcore', '/proc/keys'],
      readonlyPaths: ['/proc/sys'],
      seccomp: options.seccomp,
    },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  return bundle;
}

/** `/usr` of the machine, for programs that are installed there. */
export const HOST_USR = { destination: '/usr', type: 'bind', source: '/usr', options: ['rbind', 'ro'] };

/** Allows what a container ever needs: it only marks who has one. */
export const MARKING_FILTER = {
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
  syscalls: [{ names: ['kexec_load'], action: 'SCMP_ACT_ERRNO' }],
};
