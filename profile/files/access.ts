/** What a call did with which file, for the summary: calls that succeeded, since nothing was done by the others. */
import type { FileAccess } from '../probes.ts';
import { succeeded, type FileEvent } from './file-event.ts';
import { canonicalPath } from './path.ts';

export interface Access {
  readonly path: string;
  readonly access: readonly FileAccess[];
}

type Rule = (event: FileEvent) => readonly (readonly [path: string | undefined, access: readonly FileAccess[]])[];

const opened: Rule = ({ path, flags = '' }) => {
  const words = new Set(flags.split('|'));
  const access: FileAccess[] = [];
  // Falco writes O_RDWR for both, and neither for O_PATH.
  if (words.has('O_RDONLY') || words.has('O_RDWR')) access.push('read');
  if (words.has('O_WRONLY') || words.has('O_RDWR') || words.has('O_TRUNC')) access.push('written');
  // Falco's own flag: the file wasn't there before. A nameless file is made in its folder, and is one to write to: Falco
  // shows O_TMPFILE, of which O_DIRECTORY is a part, of folders that are opened to be read as well.
  const nameless = words.has('O_TMPFILE') && access.includes('written');
  if (words.has('O_F_CREATED') || nameless) access.push('created');
  return [[path, access]];
};
/** Falco resolves no path of a mknod. */
const created: Rule = ({ path, fields }) => [[path ?? fields.get('evt.rawarg.path'), ['created']]];
const changed: Rule = ({ path }) => [[path, ['written']]];
/** Falco calls the name that is made the source (sinsp_filtercheck_fspath.cpp), and the file that is linked to the target. */
const linked: Rule = ({ fields }) => [[fields.get('fs.path.source'), ['created']]];
const renamed: Rule = ({ fields }) => [
  [fields.get('fs.path.source'), ['written']],
  [fields.get('fs.path.target'), ['created']],
];
const executed: Rule = ({ fields }) => [[fields.get('proc.exepath'), ['executed']]];
/** Falco's path of a mapping is its descriptor's; memory without a file has none. */
const mapped: Rule = ({ path }) => [[path, ['mapped']]];

const RULES = new Map<string, Rule>([
  ...['open', 'openat', 'openat2', 'open_by_handle_at'].map((name) => [name, opened] as const),
  ['creat', ({ path }) => [[path, ['written', 'created']]]],
  ...['mkdir', 'mkdirat', 'mknod', 'mknodat'].map((name) => [name, created] as const),
  ...['unlink', 'unlinkat', 'rmdir'].map((name) => [name, changed] as const),
  ...['chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat'].map((name) => [name, changed] as const),
  ...['link', 'linkat', 'symlink', 'symlinkat'].map((name) => [name, linked] as const),
  ...['rename', 'renameat', 'renameat2'].map((name) => [name, renamed] as const),
  ...['execve', 'execveat'].map((name) => [name, executed] as const),
  ...['mmap', 'mmap2'].map((name) => [name, mapped] as const),
]);

/** Falco's names of all calls that the summary looks at. */
export const SUMMARY_CALLS: readonly string[] = [...RULES.keys()];

export function accessOf(event: FileEvent): Access[] {
  const rule = RULES.get(event.name);
  if (rule === undefined || !succeeded(event)) return [];
  return rule(event).flatMap(([path, access]) => {
    const canonical = path === undefined ? undefined : canonicalPath(path);
    return canonical === undefined || access.length === 0 ? [] : [{ path: canonical, access }];
  });
}
