/** Profiles as files, before the CRD that holds them goes. */
import { toJson } from '../deliver.ts';
import type { ProfileObject } from '../objects.ts';

export interface ExportedFile {
  /** Below the export's folder. */
  readonly path: string;
  readonly content: string;
}

/** Two files each: the whole object, and the OCI profile that runtimes take. Names are DNS names, hence safe as paths. */
export function exportedFiles(profiles: readonly ProfileObject[]): ExportedFile[] {
  return profiles.flatMap(({ metadata, spec, status }) => {
    const base = `${metadata.namespace}/${metadata.name}`;
    const object = { apiVersion: 'flak.dev/v1alpha1', kind: 'SyscallProfile', metadata, spec, status };
    const whole = { path: `${base}.json`, content: toJson(object) };
    return status ? [whole, { path: `${base}.seccomp.json`, content: status.seccomp }] : [whole];
  });
}
