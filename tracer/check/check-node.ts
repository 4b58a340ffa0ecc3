/** Looks at the node it runs on, and loads the ledger's programs for a moment: nothing is attached, nothing pinned. */
import { existsSync, statfsSync } from 'node:fs';
import { arch, release } from 'node:os';
import { findHierarchy } from '../cgroups/hierarchy.ts';
import type { Bpf } from '../ledger/libbpf.ts';
import { BpfError } from '../ledger/libbpf-call.ts';
import { loadBpf } from '../ledger/libbpf.ts';
import { readMemlockLimit, readNodeFacts } from '../ledger/node.ts';
import type { NodeFacts } from '../ledger/refusal.ts';
import { refuseLoad, refuseNode } from '../ledger/refusal.ts';
import type { NodeCheck } from './node-check.ts';

/** linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;

export interface CheckPlaces {
  /** Where /sys/fs/cgroup of the node is mounted. */
  readonly cgroupRoot: string;
  /** Where BPF file systems belong: /sys/fs/bpf. */
  readonly bpfRoot: string;
  /** `ledger.bpf.o` */
  readonly objectFile: string;
}

export function checkNode({ cgroupRoot, bpfRoot, objectFile }: CheckPlaces): NodeCheck {
  const hierarchy = findHierarchy(cgroupRoot);
  const facts = readNodeFacts(hierarchy?.path ?? cgroupRoot);
  const bpf = openLibrary();
  const memlock = readMemlockLimit();
  return {
    version: 1,
    kernel: release(),
    architecture: arch(),
    cgroups: hierarchy?.kind ?? 'v1',
    btf: facts.hasBtf,
    lockdown: facts.lockdown.trim(),
    bpfFileSystem: existsSync(bpfRoot) && statfsSync(bpfRoot).type === BPF_FS_MAGIC,
    memlock,
    libbpf: bpf !== null,
    refusal: refusalOf(facts, bpf, objectFile, memlock),
  };
}

function openLibrary(): Bpf | null {
  try {
    return loadBpf();
  } catch {
    return null;
  }
}

function refusalOf(facts: NodeFacts, bpf: Bpf | null, objectFile: string, memlock: string): NodeCheck['refusal'] {
  const refused = refuseNode(facts);
  if (refused) return refused;
  if (bpf === null) return { refusal: 'no-libbpf', detail: 'libbpf.so.1 is not installed' };
  if (!existsSync(objectFile)) return { refusal: 'not-loaded', detail: `${objectFile} is not there` };
  try {
    bpf.load(objectFile).close();
    return null;
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    return refuseLoad(error, release(), memlock) ?? { refusal: 'not-loaded', detail: error.message.slice(0, 1024) };
  }
}
