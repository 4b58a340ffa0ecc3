/** Which fields of an event Falco is asked for. Pure. */

/** Of every event; Falco adds `evt.time` by itself. */
export const EVENT_FIELDS = [
  'evt.type',
  'evt.rawres',
  'proc.pid',
  'proc.name',
  'thread.tid',
  'thread.cgroups',
] as const;

/** Of every event where someone listens: what FalcoEvent has of files. */
export const FILE_FIELDS = ['fd.num', 'fd.name', 'fs.path.name', 'evt.arg.flags', 'evt.rawarg.size'] as const;

/**
 * What may be asked for beside them. A list of what is known to hold no more than it says, and not one of what is forbidden: `evt.args` of
 * an execve holds the whole environment, and so do `evt.arg.env`, `proc.env`, `evt.buffer` and what Falco will add to them.
 */
const ALLOWED = new Set([
  ...EVENT_FIELDS,
  ...FILE_FIELDS,
  ...['name', 'nameraw', 'source', 'sourceraw', 'target', 'targetraw'].map((part) => `fs.path.${part}`),
  ...['type', 'typechar', 'directory', 'filename', 'dev', 'ino'].map((part) => `fd.${part}`),
  ...(
    'fd oldfd newfd name path pathname dirfd flags mode prot addr length len offset pgoffset pos size res in out ' +
    'old_fd new_fd fd1 fd2 olddirfd newdirfd oldpath newpath linkdirfd linkpath target source cmd type'
  )
    .split(' ')
    .flatMap((argument) => [`evt.arg.${argument}`, `evt.rawarg.${argument}`]),
  'evt.res',
  // The path of the program, not its arguments.
  'proc.exepath',
  'evt.is_open_read',
  'evt.is_open_write',
  'evt.is_open_exec',
  'evt.is_open_create',
  'evt.count.exit',
  'proc.exepath',
]);

/** @throws for a field that is not known to be harmless: that is a mistake of the program, not of a user */
export function assertHarmless(fields: readonly string[]): void {
  const refused = fields.filter((field) => !ALLOWED.has(field));
  if (refused.length > 0) throw new Error(`Falco must not be asked for ${refused.join(', ')}`);
}
