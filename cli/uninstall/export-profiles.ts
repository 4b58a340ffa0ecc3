/** Exports what is stored, and later what has been stored since. */
import { KINDS } from '../../webhook/kube/kinds.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { environment, ok } from '../ending.ts';
import { profileObjectSchema } from '../objects.ts';
import type { ProfileObject } from '../objects.ts';
import type { ExportedFile } from './export.ts';
import { exportedFiles } from './export.ts';

export interface ExportDeps {
  /** Writes all files below a folder that must not exist yet, or none. */
  readonly writeFolder: (folder: string, files: readonly ExportedFile[]) => Promise<Result<undefined>>;
  /** Writes each file whole below a folder that `writeFolder` made. */
  readonly addToFolder: (folder: string, files: readonly ExportedFile[]) => Promise<Result<undefined>>;
  /** Told how many profiles were written. */
  readonly onExported: (profiles: number) => void;
}

/** @returns a function that exports what is new or has changed since it was called last, and answers how many profiles there are */
export function createExport(cluster: Cluster, folder: string, deps: ExportDeps): () => Promise<Result<number>> {
  const written = new Map<string, string>();
  return async () => {
    const profiles = await storedProfiles(cluster);
    if (profiles.kind !== 'ok') return profiles;
    const changed = profiles.value.filter((profile) =>
      exportedFiles([profile]).some(({ path, content }) => written.get(path) !== content),
    );
    if (changed.length === 0) return ok(profiles.value.length);
    const files = exportedFiles(changed);
    const done = await (written.size === 0 ? deps.writeFolder : deps.addToFolder)(folder, files);
    if (done.kind !== 'ok') return done;
    for (const { path, content } of files) written.set(path, content);
    deps.onExported(changed.length);
    return ok(profiles.value.length);
  };
}

async function storedProfiles(cluster: Cluster): Promise<Result<readonly ProfileObject[]>> {
  const listed = await cluster.list(KINDS.syscallProfiles, null);
  if (listed.kind === 'not-found') return ok([]);
  if (listed.kind !== 'ok') return explainFailure(listed, 'list the profiles');
  const parsed = profileObjectSchema.array().safeParse(listed.value);
  if (parsed.success) return ok(parsed.data);
  return environment(
    'a stored profile has a shape that this version of flak cannot export; use the version that is installed, or --discard-profiles.',
  );
}
