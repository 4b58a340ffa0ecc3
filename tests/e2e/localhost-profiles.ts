/** Stored profiles as files of the node, which pods name as their Localhost seccomp profile. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSeccomp, type SeccompProfile } from '../../profile/seccomp.ts';
import type { FlakCluster } from './flak-cluster.ts';

export interface LocalhostProfiles {
  /** Writes it; gives what goes into a container's `securityContext`. */
  add(name: string, profile: SeccompProfile): { readonly seccompProfile: object };
  remove(): void;
}

/** A folder of the test's own below the kubelet's `seccomp` folder. */
export function localhostProfiles({ cluster }: FlakCluster, folder: string): LocalhostProfiles {
  const directory = join(cluster.node.seccompProfiles, folder);
  mkdirSync(directory, { recursive: true });
  return {
    add(name, profile) {
      writeFileSync(join(directory, `${name}.json`), renderSeccomp(profile));
      return { seccompProfile: { type: 'Localhost', localhostProfile: `${folder}/${name}.json` } };
    },
    remove() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The profile without one call: whatever its rule was, the call is answered EPERM. */
export function without(profile: SeccompProfile, call: string): SeccompProfile {
  const syscalls = profile.syscalls
    .map((rule) => ({ ...rule, names: rule.names.filter((name) => name !== call) }))
    .filter(({ names }) => names.length > 0);
  return { ...profile, syscalls };
}
