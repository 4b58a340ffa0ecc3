/** What is on the claim when the store starts: `<root>/<uid>/trace.json` and `<root>/<uid>/<folder>/<file>`. */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isFileName, isFolder, isTraceUid } from './path-parts.ts';
import { syncFolder } from './sync-folder.ts';

/** Whose files these are. */
export interface TraceIdentity {
  /** UID of the target pod. */
  readonly uid: string;
  readonly namespace: string;
  readonly pod: string;
}

export interface ShelvedTrace extends TraceIdentity {
  /** Bytes by `<folder>/<name>`. */
  readonly files: Map<string, number>;
  bytes: number;
  /** ms since the epoch. */
  updatedAtMs: number;
}

const traceSchema = z.object({ namespace: z.string().max(63), pod: z.string().max(253) });
const TRACE_FILE = 'trace.json';

/** Anything that the store did not put there is left alone. */
export async function readShelf(root: string): Promise<Map<string, ShelvedTrace>> {
  await mkdir(root, { recursive: true });
  // What a predecessor that was killed had not made sure of: it will be told that these are stored.
  await syncFolder(root);
  const uids = (await readdir(root)).filter(isTraceUid);
  const traces = await Promise.all(uids.map((uid) => readTrace(join(root, uid), uid)));
  return new Map(traces.flatMap((trace) => (trace === undefined ? [] : [[trace.uid, trace]])));
}

async function readTrace(directory: string, uid: string): Promise<ShelvedTrace | undefined> {
  const text = await readFile(join(directory, TRACE_FILE), 'utf8').catch(() => '');
  const parsed = traceSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const files = new Map<string, number>();
  let updatedAtMs = 0;
  await syncFolder(directory);
  for (const folder of (await readdir(directory)).filter(isFolder)) {
    await syncFolder(join(directory, folder));
    for (const name of (await readdir(join(directory, folder))).filter(isFileName)) {
      const { size, mtimeMs } = await stat(join(directory, folder, name));
      if (size > 0) files.set(`${folder}/${name}`, size);
      updatedAtMs = Math.max(updatedAtMs, mtimeMs);
    }
  }
  const bytes = files.values().reduce((sum, size) => sum + size, 0);
  return { uid, ...parsed.data, files, bytes, updatedAtMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Before the first of its files, whole or not at all, and on the disk when this resolves: without it nobody knows whose the files are. */
export async function writeTraceFile(root: string, { uid, namespace, pod }: TraceIdentity): Promise<void> {
  const directory = join(root, uid);
  await mkdir(directory, { recursive: true });
  const scratch = join(directory, `${TRACE_FILE}.new`);
  await writeFile(scratch, JSON.stringify({ namespace, pod }), { flush: true });
  await rename(scratch, join(directory, TRACE_FILE));
  for (const folder of [directory, root]) await syncFolder(folder);
}
