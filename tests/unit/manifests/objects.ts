/** The manifests' objects as they are written, before kustomize: for tests of names and limits that need no kubectl. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** A manifest's object; tests look into it with `at`. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

const BASE = join(import.meta.dirname, '../../../manifests/base');

function objectsOf(file: string): ManifestObject[] {
  return parseAllDocuments(readFileSync(join(BASE, file), 'utf8')).map((document) => document.toJS() as ManifestObject);
}

/** Every object of the base, in the order of its kustomization. */
export function baseObjects(): ManifestObject[] {
  const { resources } = parse(readFileSync(join(BASE, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  return resources.flatMap(objectsOf);
}

/** The one object of that kind and name (and namespace, where several share the name); throws when there isn't one. */
export function object(kind: string, name: string, namespace?: string): ManifestObject {
  const found = baseObjects().filter(
    (each) =>
      each.kind === kind &&
      each.metadata.name === name &&
      (namespace === undefined || each.metadata.namespace === namespace),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind}/${name}`);
  return only;
}

/** What is at a path of field names and list positions, `undefined` where the path leads nowhere. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}
