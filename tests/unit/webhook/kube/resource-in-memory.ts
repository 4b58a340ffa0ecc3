/** One kind of object in memory, with the API server's semantics: versions, conflicts, merge and JSON patches. */
import jsonPatch from 'fast-json-patch';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import type { Resource } from '../../../../webhook/kube/resource.ts';

interface Stored {
  metadata: { name: string; namespace?: string; resourceVersion: string; [key: string]: unknown };
  [key: string]: unknown;
}

export interface ResourceInMemory extends Resource {
  readonly object: (namespace: string | null, name: string) => Stored | undefined;
  readonly put: (namespace: string | null, object: object) => void;
  /** Answered instead of the next request of any kind. */
  readonly failNext: Outcome<never>[];
  /** Called before each request. */
  before: (() => Promise<void> | void) | null;
}

function mergeInto(target: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(target, key);
    else if (typeof value === 'object' && !Array.isArray(value)) {
      const inner = target[key];
      const base = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
      target[key] = mergeInto({ ...base }, value as Record<string, unknown>);
    } else target[key] = value;
  }
  return target;
}

export function createResourceInMemory(): ResourceInMemory {
  const objects = new Map<string, Stored>();
  const failNext: Outcome<never>[] = [];
  let version = 0;
  const keyOf = (namespace: string | null, name: string): string => `${namespace ?? ''}/${name}`;
  const store = (namespace: string | null, object: Stored): Stored => {
    version += 1;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(version);
    objects.set(keyOf(namespace, stored.metadata.name), stored);
    return structuredClone(stored);
  };
  const write = (namespace: string | null, name: string, make: (now: Stored) => Stored | null): Outcome<unknown> => {
    const now = objects.get(keyOf(namespace, name));
    if (now === undefined) return { kind: 'not-found' };
    const next = make(structuredClone(now));
    if (next === null || next.metadata.resourceVersion !== now.metadata.resourceVersion) return { kind: 'conflict' };
    return { kind: 'ok', value: store(namespace, next) };
  };
  const guarded = async (work: () => Outcome<unknown>): Promise<Outcome<unknown>> => {
    await fake.before?.();
    return failNext.shift() ?? work();
  };
  const fake: ResourceInMemory = {
    before: null,
    failNext,
    object: (namespace, name) => objects.get(keyOf(namespace, name)),
    put: (namespace, object) => {
      store(namespace, object as Stored);
    },
    get: (namespace, name) =>
      guarded(() => {
        const found = objects.get(keyOf(namespace, name));
        return found === undefined ? { kind: 'not-found' } : { kind: 'ok', value: structuredClone(found) };
      }),
    create: (namespace, body) =>
      guarded(() => {
        const { metadata } = body as Stored;
        if (objects.has(keyOf(namespace, metadata.name))) return { kind: 'already-exists' };
        return { kind: 'ok', value: store(namespace, body as Stored) };
      }),
    replace: (namespace, name, body) =>
      guarded(() =>
        write(namespace, name, (now) => ({
          ...(body as Stored),
          metadata: { ...now.metadata, ...(body as Stored).metadata },
        })),
      ),
    mergePatch: (namespace, name, body) =>
      guarded(() => write(namespace, name, (now) => mergeInto(now, body as Record<string, unknown>) as Stored)),
    jsonPatch: (namespace, name, operations) =>
      guarded(() =>
        write(namespace, name, (now) => {
          try {
            return jsonPatch.applyPatch(now, operations, true, false).newDocument;
          } catch {
            return null;
          }
        }),
      ),
    remove: (namespace, name) =>
      guarded(() => (objects.delete(keyOf(namespace, name)) ? { kind: 'ok', value: null } : { kind: 'not-found' })),
  };
  return fake;
}
