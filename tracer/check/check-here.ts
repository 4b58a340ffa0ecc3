/** A look at the machine that this runs on, from its own files. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkNode } from './check-node.ts';
import type { NodeCheck } from './node-check.ts';

/** In a container the node's cgroups are mounted below /host. */
const CGROUP_ROOTS = ['/host/sys/fs/cgroup', '/sys/fs/cgroup'] as const;

export function checkHere(): NodeCheck {
  return checkNode({
    cgroupRoot: CGROUP_ROOTS.find((root) => existsSync(root)) ?? '/sys/fs/cgroup',
    bpfRoot: '/sys/fs/bpf',
    objectFile: fileURLToPath(new URL('../ledger/ledger.bpf.o', import.meta.url)),
  });
}
