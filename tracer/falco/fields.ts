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
 * an execve holds the whole environment, and so do `evt.arg.env`, `proc.env`, `evt.buffer` and what Falco will add to them. Each of
 * these has been asked of a real Falco, too: it ends at the first event for a field that it can't print (`evt.rawarg.res`, 0.44).
 */
export const HARMLESS_FIELDS: readonly string[] = [
  ...EVENT_FIELDS,
  ...FILE_FIELDS,
  ...['name', 'path', 'fd', 'oldfd', 'newfd', 'addr', 'length', 'flags'].map((argument) => `evt.rawarg.${argument}`),
  ...['nameraw', 'source', 'sourceraw', 'target', 'targetraw'].map((part) => `fs.path.${part}`),
  'fd.typechar',
  // The path of the program, not its arguments.
  'proc.exepath',
];

const HARMLESS: ReadonlySet<string> = new Set(HARMLESS_FIELDS);

/** @throws for a field that is not known to be harmless: that is a mistake of the program, not of a user */
export function assertHarmless(fields: readonly string[]): void {
  const refused = fields.filter((field) => !HARMLESS.has(field));
  if (refused.length > 0) throw new Error(`Falco must not be asked for ${refused.join(', ')}`);
}
