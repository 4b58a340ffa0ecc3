import jsonpatch from 'fast-json-patch';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import type { PatchOperation, Resource } from '../../../../webhook/kube/resource.ts';

interface StoredObject {
  metadata: { name: string; resourceVersion?: string };
  [field: string]: unknown;
}

/** One kind of object as the API server keeps it: names, versions, conflicts. Records every write. */
export class FakeResource implements Resource {
  readonly objects = new Map<string, StoredObject>();
  readonly writes: string[] = [];
  /** Given instead of the next answer. */
  nextOutcomes: Outcome<unknown>[] = [];
  #version = 0;

  put(object: object): void {
    const stored = structuredClone(object) as StoredObject;
    stored.metadata.resourceVersion = String(++this.#version);
    this.objects.set(stored.metadata.name, stored);
  }

  readonly get: Resource['get'] = (_namespace, name) =>
    this.#answer(() => {
      const found = this.objects.get(name);
      return found === undefined ? { kind: 'not-found' } : { kind: 'ok', value: structuredClone(found) };
    });

  readonly create: Resource['create'] = (_namespace, body) =>
    this.#answer(() => {
      const { name } = (body as StoredObject).metadata;
      if (this.objects.has(name)) return { kind: 'already-exists' };
      return this.#write(`create ${name}`, body as StoredObject);
    });

  readonly replace: Resource['replace'] = (_namespace, name, body) =>
    this.#answer(() => {
      const found = this.objects.get(name);
      if (found === undefined) return { kind: 'not-found' };
      const { resourceVersion } = (body as StoredObject).metadata;
      if (resourceVersion !== found.metadata.resourceVersion) return { kind: 'conflict' };
      return this.#write(`replace ${name}`, body as StoredObject);
    });

  readonly jsonPatch: Resource['jsonPatch'] = (_namespace, name, operations) =>
    this.#answer(() => {
      const found = this.objects.get(name);
      if (found === undefined) return { kind: 'not-found' };
      try {
        return this.#write(`patch ${name}`, apply(found, operations));
      } catch {
        return { kind: 'conflict' };
      }
    });

  readonly mergePatch: Resource['mergePatch'] = (_namespace, name, body) =>
    this.#answer(() => {
      const found = this.objects.get(name);
      if (found === undefined) return { kind: 'not-found' };
      return this.#write(`merge ${name}`, { ...found, ...(body as object) });
    });

  readonly remove: Resource['remove'] = (_namespace, name) =>
    this.#answer(() => (this.objects.delete(name) ? { kind: 'ok', value: null } : { kind: 'not-found' }));

  #answer(otherwise: () => Outcome<unknown>): Promise<Outcome<unknown>> {
    return Promise.resolve(this.nextOutcomes.shift() ?? otherwise());
  }

  #write(what: string, object: StoredObject): Outcome<unknown> {
    this.writes.push(what);
    this.put(object);
    return { kind: 'ok', value: object };
  }
}

function apply(object: StoredObject, operations: readonly PatchOperation[]): StoredObject {
  return jsonpatch.applyPatch(object, structuredClone([...operations]), true, false).newDocument;
}
