/** What the controller must know of a target's node: the owner of its tracer, and whether anything can be traced there. */
import { z } from 'zod';
import type { NodeFacts } from '../controller/facts.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { KINDS } from './kinds.ts';
import { metadataSchema, readWith } from './read-object.ts';
import { createResource } from './resource.ts';
import type { KubeRequest } from './request.ts';

const KEPT = { nodes: 5000, ms: 30_000 } as const;

const nodeSchema = z.object({
  metadata: metadataSchema,
  status: z.object({ nodeInfo: z.object({ operatingSystem: z.string().default('') }).nullish() }).nullish(),
});

/**
 * Nodes whose pods run in no kernel that a privileged pod on them could see: Virtual Kubelet's convention, AKS's virtual
 * nodes and EKS's Fargate.
 */
const VIRTUAL_LABELS: Readonly<Record<string, string>> = {
  type: 'virtual-kubelet',
  'kubernetes.azure.com/cluster-type': 'virtual-kubelet',
  'eks.amazonaws.com/compute-type': 'fargate',
};

export function readNode(object: unknown): NodeFacts {
  const node = readWith(nodeSchema, object);
  if (node === null) return { kind: 'unknown' };
  const virtual = Object.entries(VIRTUAL_LABELS).some(([label, value]) => node.metadata.labels[label] === value);
  const system = node.status?.nodeInfo?.operatingSystem ?? node.metadata.labels['kubernetes.io/os'] ?? '';
  return { kind: 'present', uid: node.metadata.uid, traceable: !virtual && system !== 'windows' };
}

export type FindNode = (name: string | null) => Promise<NodeFacts>;

/** A node's presence is believed for 30 s; its absence and the API server's silence are not kept. */
export function createFindNode(request: KubeRequest, now: () => number): FindNode {
  const nodes = createResource(request, KINDS.nodes);
  const known = createBoundedCache<NodeFacts>(KEPT.nodes, KEPT.ms, now);
  return async (name) => {
    if (name === null) return { kind: 'unassigned' };
    const hit = known.get(name);
    if (hit !== undefined) return hit;
    const read = await nodes.get(null, name);
    if (read.kind === 'not-found') return { kind: 'gone' };
    if (read.kind !== 'ok') return { kind: 'unknown' };
    const found = readNode(read.value);
    if (found.kind === 'present') known.set(name, found);
    return found;
  };
}
