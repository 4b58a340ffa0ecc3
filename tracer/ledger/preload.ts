/**
 * What takes longest of a first join, begun before anyone asks for it: the kernel verifies the programs while this thread does something
 * else. Nothing is pinned or attached by it.
 */
import type { Bpf } from './libbpf.ts';
import type { LoadedObject } from './libbpf-object.ts';
import { objectFor } from './pin-places.ts';

export interface Preload {
  readonly bpf: Bpf;
  /** The object, for who asks first; null for everyone else. @throws what kept it from being loaded */
  take(): Promise<LoadedObject | null>;
  /** Closes what nobody has taken. */
  drop(): void;
}

/** @param objectFile as in LedgerOptions */
export function preloadWith(bpf: Bpf, objectFile: string): Preload {
  let object: Promise<LoadedObject> | null = bpf.loadAside(objectFor(bpf, objectFile));
  object.catch(() => undefined); // whoever takes it is told
  const take = async (): Promise<LoadedObject | null> => {
    const taken = object;
    object = null;
    return taken;
  };
  return {
    bpf,
    take,
    drop: () => {
      void take().then(
        (left) => left?.close(),
        () => undefined,
      );
    },
  };
}
