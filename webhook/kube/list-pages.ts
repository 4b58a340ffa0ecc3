/** A whole list in pages, so that neither side holds more than a page of raw objects at a time. */
import { z } from 'zod';
import { collectionPath } from './resource.ts';
import type { ResourceKind } from './resource.ts';
import type { KubeRequest } from './request.ts';

/** Of objects of some kilobytes, as most are. */
const PAGE_SIZE = 500;

const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
});

export interface Selection {
  readonly kind: ResourceKind;
  /** null: all namespaces, or a kind of the cluster. */
  readonly namespace: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects in a page, where they are far larger than usual; 500 unless told. */
  readonly pageSize?: number;
}

export function selectorsOf(selection: Selection): Record<string, string | undefined> {
  return { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector };
}

/**
 * Hands every item to `visit`, page by page, and answers the list's resourceVersion. Throws what the request throws; a
 * continue token that expired half-way (410) is such an error: start again.
 */
export async function listPages(
  request: KubeRequest,
  selection: Selection,
  visit: (item: unknown) => void,
  signal?: AbortSignal,
): Promise<string> {
  let cursor: string | undefined;
  for (;;) {
    const query = { ...selectorsOf(selection), limit: selection.pageSize ?? PAGE_SIZE, continue: cursor };
    const path = collectionPath(selection.kind, selection.namespace);
    const page = pageSchema.parse(
      await request({ method: 'GET', path, query, ...(signal === undefined ? {} : { signal }) }),
    );
    for (const item of page.items ?? []) visit(item);
    cursor = page.metadata.continue;
    if (cursor === undefined || cursor === '') return page.metadata.resourceVersion;
  }
}
