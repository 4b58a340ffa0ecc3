/** `flak trace list`. */
import type { Command } from 'commander';
import { KINDS } from '../../webhook/kube/kinds.ts';
import type { TraceObject } from '../objects.ts';
import { traceObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import type { ListDeps, Listing } from './listing.ts';
import { addListing } from './listing.ts';

const TRACES: Listing<TraceObject> = {
  name: 'traces',
  description: 'traced pods, those that ended included',
  examples: ['flak trace list -n shop', 'flak trace list -A -o json'],
  kind: KINDS.traces,
  schema: traceObjectSchema,
  entryOf: ({ metadata, spec, status }) => ({ ...metadata, ...spec, ...status }),
  headings: ['NAMESPACE', 'POD', 'PHASE', 'NODE', 'ARMED', 'LEVEL', 'REASON'],
  rowOf,
};

export function addTraceList(parent: Command, deps: ListDeps, ended: Ended): void {
  addListing(parent, TRACES, deps, ended);
}

/** The reason in words where there are any: they say what a person would look up. */
function rowOf({ metadata, spec, status }: TraceObject): string[] {
  const { phase = 'Pending', node = '', armedAt = '', completeness, reason = '', message } = status ?? {};
  return [metadata.namespace, spec.podName, phase, node, armedAt, completeness?.level ?? '', message ?? reason];
}
