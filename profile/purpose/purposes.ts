/** What each system call is for, by topic, in Flak's own words; the man pages (man7.org, section 2) say the rest. */
import { FILE_NAMES } from './file-names.ts';
import { IDENTITY } from './identity.ts';
import { IPC } from './ipc.ts';
import { MEMORY } from './memory.ts';
import { NETWORK } from './network.ts';
import { OBSERVATION } from './observation.ts';
import { OBSOLETE } from './obsolete.ts';
import { OPEN_FILES } from './open-files.ts';
import { SIGNALS } from './signals.ts';
import { SYSTEM } from './system.ts';
import { TASKS } from './tasks.ts';
import { TIME } from './time.ts';

/** Name of a call → what it is for. */
export type Purposes = Readonly<Record<string, string>>;

/** In the order that reports show them. */
export const TOPICS = {
  'open files': OPEN_FILES,
  'names and attributes of files': FILE_NAMES,
  memory: MEMORY,
  'processes and threads': TASKS,
  signals: SIGNALS,
  time: TIME,
  network: NETWORK,
  'messages and shared memory': IPC,
  'users and confinement': IDENTITY,
  'the machine': SYSTEM,
  'tracing and programs in the kernel': OBSERVATION,
  'obsolete or 32-bit': OBSOLETE,
} as const satisfies Record<string, Purposes>;
export type Topic = keyof typeof TOPICS;

export interface Purpose {
  readonly topic: Topic;
  readonly text: string;
}

const PURPOSES: ReadonlyMap<string, Purpose> = new Map(
  (Object.keys(TOPICS) as Topic[]).flatMap((topic) =>
    Object.entries<string>(TOPICS[topic]).map(([name, text]) => [name, { topic, text }] as const),
  ),
);

/** 32-bit tables repeat calls with wider arguments: `stat64`, `getuid32`, `futex_time64`, `fadvise64_64`. */
const WIDER = /(?:_time64|_64|64|32)$/;

/** Undefined for a name that no table has. */
export function purposeOf(name: string): Purpose | undefined {
  const own = PURPOSES.get(name);
  if (own) return own;
  const narrow = PURPOSES.get(name.replace(WIDER, ''));
  return narrow && { topic: narrow.topic, text: `${narrow.text} (32-bit, wider arguments)` };
}
