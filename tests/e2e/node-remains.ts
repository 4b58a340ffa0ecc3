/** What Flak may have left on a node: BPF objects of the kernel, pins, files. Both nodes of the test cluster are this machine. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../cluster/run-command.ts';

export interface NodeRemains {
  /** `prog 12 ledger_exec`, `map …`, `link …`: what bpftool lists, whoever made it. */
  readonly bpfObjects: readonly string[];
  /** Paths at and below /sys/fs/bpf/flak. */
  readonly pins: readonly string[];
  /** Below /run/flak: files, and gates' own directories. */
  readonly files: readonly string[];
}

/** The kubelet makes them for volumes, and a pod on its way may have them mounted: they stay, empty, on a tmpfs. */
const EMPTY_DIRECTORIES = ['/run/flak', '/run/flak/gates'];

interface BpfObject {
  readonly id: number;
  readonly type: string;
  readonly name?: string;
}

export async function readNodeRemains(): Promise<NodeRemains> {
  const files = listBelow('/run/flak').filter((path) => !EMPTY_DIRECTORIES.includes(path));
  return { bpfObjects: await listBpfObjects(), pins: listBelow('/sys/fs/bpf/flak'), files };
}

async function listBpfObjects(): Promise<string[]> {
  const kinds = ['prog', 'map', 'link'] as const;
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const objects = JSON.parse(await runCommand(['bpftool', '--json', kind, 'show'])) as BpfObject[];
      return objects.map(({ id, type, name }) => `${kind} ${id} ${name ?? type}`);
    }),
  );
  return lists.flat().sort();
}

/** The cluster's nodes share the mount namespace of whoever starts them, hence of the tests. */
function listBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return [path, ...readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))];
}
