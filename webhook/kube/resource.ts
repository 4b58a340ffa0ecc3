/** One kind of object on the API server: its path and the requests that are made for it, each with its outcome. */
import { attempt } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { KubeRequest } from './request.ts';

/** Where the objects of a kind live. */
export interface ResourceKind {
  /** `v1`, or `<group>/<version>`. */
  readonly apiVersion: string;
  readonly plural: string;
}

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** Path of a collection (all namespaces when `namespace` is null, or the kind has none). */
export function collectionPath(kind: ResourceKind, namespace: string | null): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  return namespace === null
    ? `${root}/${kind.plural}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}`;
}

export function objectPath(kind: ResourceKind, namespace: string | null, name: string): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

/** The requests that the controller makes; `namespace` is null for kinds of the cluster. */
export interface Resource {
  readonly get: (namespace: string | null, name: string) => Promise<Outcome<unknown>>;
  readonly create: (namespace: string | null, body: unknown) => Promise<Outcome<unknown>>;
  /** PUT: with `metadata.resourceVersion` in the body a change since the read is a `conflict`. */
  readonly replace: (
    namespace: string | null,
    name: string,
    body: unknown,
    sub?: 'status',
  ) => Promise<Outcome<unknown>>;
  readonly jsonPatch: (
    namespace: string | null,
    name: string,
    operations: readonly PatchOperation[],
  ) => Promise<Outcome<unknown>>;
  readonly mergePatch: (
    namespace: string | null,
    name: string,
    body: unknown,
    sub?: 'status',
  ) => Promise<Outcome<unknown>>;
  /** @param options.graceSeconds 0 removes the object without waiting for its node. @param options.uid only this very object. */
  readonly remove: (
    namespace: string | null,
    name: string,
    options?: { readonly graceSeconds?: number; readonly uid?: string },
  ) => Promise<Outcome<unknown>>;
}

export function createResource(request: KubeRequest, kind: ResourceKind): Resource {
  const subPath = (namespace: string | null, name: string, sub?: string): string =>
    `${objectPath(kind, namespace, name)}${sub === undefined ? '' : `/${sub}`}`;
  return {
    get: (namespace, name) => attempt(() => request({ method: 'GET', path: objectPath(kind, namespace, name) })),
    create: (namespace, body) =>
      attempt(() => request({ method: 'POST', path: collectionPath(kind, namespace), body })),
    replace: (namespace, name, body, sub) =>
      attempt(() => request({ method: 'PUT', path: subPath(namespace, name, sub), body })),
    jsonPatch: (namespace, name, body) =>
      attempt(() =>
        request({
          method: 'PATCH',
          path: objectPath(kind, namespace, name),
          body,
          patchType: 'application/json-patch+json',
        }),
      ),
    mergePatch: (namespace, name, body, sub) =>
      attempt(() =>
        request({
          method: 'PATCH',
          path: subPath(namespace, name, sub),
          body,
          patchType: 'application/merge-patch+json',
        }),
      ),
    remove: (namespace, name, options = {}) =>
      attempt(() =>
        request({ method: 'DELETE', path: objectPath(kind, namespace, name), body: deleteOptions(options) }),
      ),
  };
}

function deleteOptions(options: { readonly graceSeconds?: number; readonly uid?: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(options.graceSeconds === undefined ? {} : { gracePeriodSeconds: options.graceSeconds }),
    ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
  };
}
