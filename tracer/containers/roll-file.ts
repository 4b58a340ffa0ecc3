/**
 * What a tracer knows of its target's containers, kept where its successor finds it: a tracer that is killed takes nothing
 * along, and the runtime's records of containers that have ended are gone. On the node's /run, which a reboot empties as
 * it ends the containers.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ContainerDescription } from './find-record.ts';

type Known = ReadonlyMap<string, ContainerDescription>;

export interface RollFile {
  /** Empty where there is no file, or none of ours. */
  read(): Known;
  /** Replaces the file as a whole. Never throws: without it a successor knows less, and says so. */
  write(known: Known): void;
  remove(): void;
}

const fileSchema = z.object({
  version: z.literal(1),
  containers: z.record(
    z.string().regex(/^[0-9a-f]{64}$/),
    z.object({
      name: z.string().max(63).nullable(),
      kind: z.enum(['container', 'sandbox']),
      runtime: z.string().max(128).nullable(),
    }),
  ),
});

/** 1024 containers of 350 bytes at most. */
const MAX_BYTES = 512 * 1024;
const NAME = /^containers-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json(?:\.new)?$/;

/**
 * `<directory>/containers-<podUid>.json`
 * @param podUid a UUID, checked by the configuration
 * @param onTrouble told why the file could not be written
 */
export function createRollFile(directory: string, podUid: string, onTrouble: (error: unknown) => void): RollFile {
  const path = join(directory, `containers-${podUid}.json`);
  return {
    read: () => new Map(Object.entries(parse(path)?.containers ?? {})),
    write: (known) => {
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        writeFileSync(`${path}.new`, JSON.stringify({ version: 1, containers: Object.fromEntries(known) }), {
          mode: 0o600,
        });
        renameSync(`${path}.new`, path);
      } catch (error) {
        onTrouble(error);
      }
    },
    remove: () => {
      for (const file of [path, `${path}.new`]) rmSync(file, { force: true });
    },
  };
}

function parse(path: string): z.infer<typeof fileSchema> | undefined {
  try {
    if (statSync(path).size > MAX_BYTES) return undefined;
    return fileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    // Not there, or not JSON: names are found anew where they still can be.
    return undefined;
  }
}

/**
 * Pods whose files have not been written to since.
 * @param before files of tracers that may still be at work, though their pod is gone, are younger
 */
export function listRolls(directory: string, before: Date): string[] {
  try {
    const names = readdirSync(directory).filter((name) => NAME.test(name));
    const old = names.filter((name) => statSync(join(directory, name)).mtime < before);
    return [...new Set(old.flatMap((name) => NAME.exec(name)?.[1] ?? []))];
  } catch {
    // No tracer has been here yet, or another one swept at the same time.
    return [];
  }
}
