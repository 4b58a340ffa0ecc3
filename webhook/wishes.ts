/**
 * What a pod's owner asks of the probes and of the profile, in annotations. Admission reads them to say what it can't
 * take, the controller to act on the rest: one reading for both. Pure.
 */
import { USER_ANNOTATIONS } from './names.ts';

export const FALCO_WISHES = ['off', 'optional', 'required'] as const;
export type FalcoWish = (typeof FALCO_WISHES)[number];

/** `summary`: what was done below which paths, in the profile. `lines`: each access too, in FLAK's format. */
export const FILES_WISHES = ['off', 'summary', 'lines'] as const;
export type FilesWish = (typeof FILES_WISHES)[number];

/** Longest string that a line of the file report may hold, in bytes; the configuration's default has the same limits. */
export const MAX_STRING = { least: 16, preset: 150, most: 4096 } as const;
/** The kernel keeps 15 bytes of a thread's name (TASK_COMM_LEN, include/linux/sched.h). */
const MAX_COMMAND = 15;

/** null where the cluster's default holds. */
export interface Wishes {
  readonly falco: FalcoWish | null;
  readonly files: FilesWish | null;
  /** Threads of this name alone; null for all. */
  readonly filesCommand: string | null;
  readonly filesMaxString: number | null;
  /** False: the stored profile allows calls whatever their arguments. */
  readonly argumentRules: boolean;
}

export interface ReadWishes {
  readonly wishes: Wishes;
  /** One sentence for each annotation that was not understood, and is taken for not there. */
  readonly warnings: readonly string[];
}

type Annotations = Readonly<Record<string, string>> | null | undefined;

export function readWishes(annotations: Annotations): ReadWishes {
  const warnings: string[] = [];
  const take = <T>(key: string, read: (text: string) => T | undefined, expected: string): T | null => {
    const text = annotations?.[key];
    if (text === undefined) return null;
    const value = read(text);
    if (value === undefined) warnings.push(`${key} is not ${expected}; ignored`);
    return value ?? null;
  };
  const wishes = {
    falco: take(USER_ANNOTATIONS.falco, oneOf(FALCO_WISHES), listed(FALCO_WISHES)),
    files: take(USER_ANNOTATIONS.files, oneOf(FILES_WISHES), listed(FILES_WISHES)),
    filesCommand: take(USER_ANNOTATIONS.filesCommand, readCommand, `a thread's name of 1 to ${MAX_COMMAND} bytes`),
    filesMaxString: take(
      USER_ANNOTATIONS.filesMaxString,
      readMaxString,
      `a number from ${MAX_STRING.least} to ${MAX_STRING.most}`,
    ),
    argumentRules: take(USER_ANNOTATIONS.argumentRules, oneOf(['on', 'off']), listed(['on', 'off'])) !== 'off',
  };
  return { wishes, warnings };
}

function oneOf<const T extends string>(words: readonly T[]): (text: string) => T | undefined {
  return (text) => words.find((word) => word === text);
}

function listed(words: readonly string[]): string {
  return `one of ${words.join(', ')}`;
}

function readCommand(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text).length;
  return bytes >= 1 && bytes <= MAX_COMMAND && !/[\u0000-\u001f\u007f]/.test(text) ? text : undefined;
}

function readMaxString(text: string): number | undefined {
  const bytes = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return bytes >= MAX_STRING.least && bytes <= MAX_STRING.most ? bytes : undefined;
}
