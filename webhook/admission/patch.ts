/**
 * The patch, as JSON Patch operations (RFC 6902) written one by one. A generic diff of two pods would rewrite every init
 * container behind the one that is put in front.
 */
import { ANNOTATIONS, FINALIZER, GATE, LABELS } from '../names.ts';
import { gateContainer, gateVolumes, type GatePlan } from './gate.ts';
import { EVICTABLE_VOLUMES, isForeignAnnotation, isGateVolume, listEvictable } from './owned-fields.ts';
import type { Pod } from './pod.ts';

export type Operation =
  | { readonly op: 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * Puts finalizer, label, trace-id, volumes and gate into the pod; whatever a copied or forged manifest holds of these is
 * taken out first.
 */
export function patchToTrace(pod: Pod, gate: GatePlan, traceId: string): Operation[] {
  const { metadata, spec } = pod;
  return [
    ...patchMap('/metadata/annotations', metadata.annotations, {
      ...forgetAnnotations(metadata.annotations),
      ...evictableChange(metadata.annotations, gate.medium === 'hostPath'),
      [ANNOTATIONS.traceId]: traceId,
    }),
    ...patchMap('/metadata/labels', metadata.labels, { [LABELS.traced]: 'true' }),
    ...patchList('/metadata/finalizers', metadata.finalizers, isFinalizer, 'end', [FINALIZER]),
    ...patchList('/spec/volumes', spec.volumes, isGateVolume, 'end', gateVolumes(gate.medium)),
    ...patchList('/spec/initContainers', spec.initContainers, isGate, 'front', [gateContainer(gate, spec)]),
  ];
}

/**
 * Takes everything out that an earlier gate left, for a pod that gets none: a copied manifest, or one that another webhook
 * has sent to a virtual node since. Without this its finalizer would hold it for a trace that never was. Empty for other pods.
 */
export function patchToClean(pod: Pod): Operation[] {
  const { metadata, spec } = pod;
  return [
    ...patchMap('/metadata/annotations', metadata.annotations, {
      ...forgetAnnotations(metadata.annotations),
      ...evictableChange(metadata.annotations, false),
    }),
    ...patchMap('/metadata/labels', metadata.labels, { [LABELS.traced]: undefined }),
    ...patchList('/metadata/finalizers', metadata.finalizers, isFinalizer, 'end', []),
    ...patchList('/spec/volumes', spec.volumes, isGateVolume, 'end', []),
    ...patchList('/spec/initContainers', spec.initContainers, isGate, 'front', []),
  ];
}

const isFinalizer = (name: string): boolean => name === FINALIZER;
const isGate = ({ name }: { readonly name: string }): boolean => name === GATE.container;

type Strings = Readonly<Record<string, string>> | null | undefined;
/** undefined takes the key out. */
type Change = Record<string, string | undefined>;

function forgetAnnotations(annotations: Strings): Change {
  const foreign = Object.keys(annotations ?? {}).filter(isForeignAnnotation);
  return Object.fromEntries(foreign.map((key) => [key, undefined]));
}

/** Only the gate's own volume is added to or taken from the list; other entries are the user's. */
function evictableChange(annotations: Strings, withGate: boolean): Change {
  const current = annotations?.[EVICTABLE_VOLUMES];
  if (!withGate && !current?.split(',').includes(GATE.openingVolume)) return {};
  return { [EVICTABLE_VOLUMES]: listEvictable(current, withGate) || undefined };
}

function patchMap(path: string, present: Strings, change: Change): Operation[] {
  if (!present) {
    const added = Object.entries(change).filter(([, value]) => value !== undefined);
    return added.length > 0 ? [{ op: 'add', path, value: Object.fromEntries(added) }] : [];
  }
  return Object.entries(change).flatMap(([key, value]): Operation[] => {
    if (present[key] === value) return [];
    const member = `${path}/${escapePointer(key)}`;
    return value === undefined ? [{ op: 'remove', path: member }] : [{ op: 'add', path: member, value }];
  });
}

/** Takes the members out that are `ours`, the last first so that the other indices hold, then puts `wanted` in. */
function patchList<T>(
  path: string,
  present: readonly T[] | null | undefined,
  ours: (item: T) => boolean,
  where: 'front' | 'end',
  wanted: readonly T[],
): Operation[] {
  if (!present) return wanted.length > 0 ? [{ op: 'add', path, value: wanted }] : [];
  const removals = present
    .flatMap((item, index): Operation[] => (ours(item) ? [{ op: 'remove', path: `${path}/${index}` }] : []))
    .reverse();
  const place = where === 'front' ? '0' : '-';
  return [...removals, ...wanted.map((value): Operation => ({ op: 'add', path: `${path}/${place}`, value }))];
}

/** RFC 6901, section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
