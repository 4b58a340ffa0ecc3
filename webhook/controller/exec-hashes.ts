/** By what the ledger recognises the commands that the kubelet runs in a target: its exec probes and lifecycle hooks. Pure. */
import { hashesOfCommand } from '../../profile/exec-hash.ts';
import type { TargetPod } from './target-pod.ts';

/** More than any pod has that people wrote; tracer/configuration.ts takes no more. */
const MAX_HASHES = 64;

export interface ExecHashes {
  /** 16 hexadecimal digits each. */
  readonly hashes: readonly string[];
  /** Commands that can't be recognised: longer than the kernel side looks at, or beyond the bound. */
  readonly unmatched: number;
}

export function execHashesOf({ containers }: Pick<TargetPod, 'containers'>): ExecHashes {
  const known = new Set<string>();
  let unmatched = 0;
  for (const command of containers.flatMap(({ execCommands }) => execCommands)) {
    const hashes = hashesOfCommand(command).map((hash) => hash.toString(16).padStart(16, '0'));
    const fresh = hashes.filter((hash) => !known.has(hash));
    // All of a command's hashes or none: half of them would recognise it by chance.
    if (hashes.length === 0 || known.size + fresh.length > MAX_HASHES) unmatched += 1;
    else for (const hash of fresh) known.add(hash);
  }
  return { hashes: [...known], unmatched };
}
