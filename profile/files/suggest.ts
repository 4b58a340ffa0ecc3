/** What the files that a container wrote say of its security context: whether its root can be read-only, and with which volumes. */
import type { FileUse } from '../probes.ts';
import { folderOf, isBelow } from './path.ts';

/** Where a container may write without its root being writable. */
export interface Mount {
  readonly path: string;
  readonly readOnly: boolean;
}

export interface WritableVolume {
  /** Where an empty volume has to be mounted; without a slash at its end. */
  readonly path: string;
  /** The container uses files of its image there, which an empty volume would hide. */
  readonly hidesFiles: boolean;
}

export type RootSuggestion =
  /** It wrote nothing that `volumes` would not take: none at all where there are none. */
  | { readonly kind: 'read-only'; readonly volumes: readonly WritableVolume[] }
  /** It wrote files directly below the root, where no volume can be. */
  | { readonly kind: 'writable'; readonly paths: readonly string[] };

/**
 * Writable whatever the root is: what the kernel shows there are no files of the root's, and the runtime mounts /dev as a
 * tmpfs of its own (OCI runtime specification, config-linux.md, "Default Filesystems").
 */
const NEVER_ROOT: readonly string[] = ['/proc/', '/sys/', '/dev/'];

/**
 * @param mounts of the container, as its pod's spec has them; what it wrote below a read-only one did not work, and needs none
 */
export function suggestRoot({ paths }: Pick<FileUse, 'paths'>, mounts: readonly Mount[]): RootSuggestion {
  const elsewhere = [...NEVER_ROOT, ...mounts.map(({ path }) => `${path.replace(/\/+$/, '')}/`)];
  const onRoot = paths.filter(({ path }) => !elsewhere.some((folder) => isBelow(path, folder)));
  const isWritten = ({ access }: FileUse['paths'][number]): boolean =>
    access.includes('written') || access.includes('created');
  const written = onRoot.filter(isWritten).map(({ path }) => path);
  const atRoot = written.filter((path) => placeOf(path) === '/');
  if (atRoot.length > 0) return { kind: 'writable', paths: atRoot };
  const folders = outermost(written.map(placeOf));
  const made = new Set(onRoot.filter(({ access }) => access.includes('created')).map(({ path }) => path));
  const volumes = folders.map((folder) => ({
    path: folder.slice(0, -1),
    hidesFiles: onRoot.some(
      ({ path, access }) => path.startsWith(folder) && !made.has(path) && access.some((each) => each !== 'written'),
    ),
  }));
  return { kind: 'read-only', volumes };
}

/** Where a volume has to be for a path to be writable: the folder that it is in, or that it stands for. */
function placeOf(path: string): string {
  return path.endsWith('/') ? path : folderOf(path);
}

/** @returns ascending, none below another one */
function outermost(folders: readonly string[]): string[] {
  const sorted = [...new Set(folders)].sort();
  return sorted.filter((folder) => !sorted.some((other) => other !== folder && folder.startsWith(other)));
}
