/** A second way to look things up in a cache: the keys of its entries by something that their values say. */
import type { Cache } from './watch.ts';

export interface CacheIndex {
  readonly keysOf: (group: string) => ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** @param groupOf null: in no group. Must be called before the cache runs, so that it misses nothing. */
export function createCacheIndex<T>(cache: Cache<T>, groupOf: (value: T) => string | null): CacheIndex {
  const groups = new Map<string, Set<string>>();
  const groupByKey = new Map<string, string>();
  const leave = (key: string): void => {
    const group = groupByKey.get(key);
    if (group === undefined) return;
    groupByKey.delete(key);
    const members = groups.get(group);
    members?.delete(key);
    if (members?.size === 0) groups.delete(group);
  };
  cache.onChange((key) => {
    leave(key);
    const value = cache.get(key);
    const group = value === undefined ? null : groupOf(value);
    if (group === null) return;
    groupByKey.set(key, group);
    groups.set(group, (groups.get(group) ?? new Set()).add(key));
  });
  return { keysOf: (group) => groups.get(group) ?? NONE };
}
