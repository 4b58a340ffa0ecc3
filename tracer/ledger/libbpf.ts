/** libbpf, called through koffi: the few functions the ledger needs, each error as an exception with its errno. */
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { aside, bind, checkNumber, ERRNO } from './libbpf-call.ts';
import type { ObjectLoader } from './libbpf-object.ts';
import { bindObject } from './libbpf-object.ts';

/** bpf_map_type, bpf_prog_type and bpf_func_id of linux/bpf.h. */
const MAP_TYPE_HASH = 1;
const PROGRAM_TYPE_RAW_TRACEPOINT = 17;
const FUNCTION_TASK_STORAGE_GET = 156;

export interface Bpf extends ObjectLoader {
  /** Whether tracing programs can keep state with a task (since 5.13). */
  hasTaskStorage(): boolean;
  openPin(path: string): number;
  createHash(name: string, keySize: number, valueSize: number, maxEntries: number): number;
  openMapById(id: number): number;
  /** The program of a pinned link. */
  openProgramOf(linkPath: string): number;
  /** How often the kernel did not run the program because it was running already (`recursion_misses`, since 5.12). */
  missesOf(program: number): bigint;
  /** False where there is no such key. */
  lookup(map: number, key: Buffer, value: Buffer): boolean;
  update(map: number, key: Buffer, value: Buffer): void;
  /** The same without holding up this thread: for maps of maps, where the kernel waits for all running programs first. */
  updateAside(map: number, key: Buffer, value: Buffer): Promise<void>;
  remove(map: number, key: Buffer): void;
  /** As `updateAside`. */
  removeAside(map: number, key: Buffer): Promise<void>;
  /** All values of an array, in order. */
  readArray(map: number, valueSize: number, entries: number): Buffer[];
  /** Each key once, though others may change the map meanwhile. @param maxEntries the map's */
  keys(map: number, keySize: number, maxEntries: number): Buffer[];
  close(descriptor: number): void;
}

/** False for the answer that there is nothing. */
function unlessAbsent(step: string, result: unknown): boolean {
  if (result === -ERRNO.ENOENT) return false;
  checkNumber(step, result);
  return true;
}

type MapCalls = Pick<
  Bpf,
  'openPin' | 'createHash' | 'openMapById' | 'lookup' | 'update' | 'updateAside' | 'remove' | 'removeAside'
>;

function bindMaps(library: LibraryHandle): MapCalls {
  const get = bind(library, 'int bpf_obj_get(const char *path)');
  const create = bind(
    library,
    'int bpf_map_create(int type, const char *name, uint32_t keySize, uint32_t valueSize, uint32_t entries, const void *options)',
  );
  const byId = bind(library, 'int bpf_map_get_fd_by_id(uint32_t id)');
  const lookup = bind(library, 'int bpf_map_lookup_elem(int map, const void *key, void *value)');
  const update = bind(library, 'int bpf_map_update_elem(int map, const void *key, const void *value, uint64_t flags)');
  const remove = bind(library, 'int bpf_map_delete_elem(int map, const void *key)');

  return {
    openPin: (path) => checkNumber(`open pin ${path}`, get(path)),
    createHash: (name, keySize, valueSize, maxEntries) =>
      checkNumber(`create map ${name}`, create(MAP_TYPE_HASH, name, keySize, valueSize, maxEntries, null)),
    openMapById: (id) => checkNumber('open map', byId(id)),
    lookup: (map, key, value) => unlessAbsent('look up', lookup(map, key, value)),
    update: (map, key, value) => {
      checkNumber('update', update(map, key, value, 0));
    },
    updateAside: async (map, key, value) => {
      checkNumber('update', await aside(update, map, key, value, 0));
    },
    remove: (map, key) => {
      unlessAbsent('remove', remove(map, key));
    },
    removeAside: async (map, key) => {
      unlessAbsent('remove', await aside(remove, map, key));
    },
  };
}

function bindWalks(library: LibraryHandle): Pick<Bpf, 'readArray' | 'keys'> {
  const lookupAll = bind(
    library,
    'int bpf_map_lookup_batch(int map, void *from, void *to, void *keys, void *values, uint32_t *count, const void *options)',
  );
  const nextKey = bind(library, 'int bpf_map_get_next_key(int map, const void *key, void *next)');

  return {
    readArray: (map, valueSize, entries) => {
      const [values, count] = [Buffer.alloc(valueSize * entries), Buffer.alloc(4)];
      count.writeUInt32LE(entries);
      const keys = Buffer.alloc(4 * entries);
      // ENOENT says that the end was reached (bpf_map_lookup_batch of libbpf's bpf.h; since 5.6).
      unlessAbsent('read array', lookupAll(map, null, Buffer.alloc(4), keys, values, count, null));
      return Array.from({ length: count.readUInt32LE() }, (_, place) =>
        values.subarray(place * valueSize, (place + 1) * valueSize),
      );
    },
    keys: (map, keySize, maxEntries) => {
      const found = new Map<string, Buffer>();
      let key: Buffer | null = null;
      // The walk begins anew where the key that it stands at was removed by another tracer: bounded, and each key counts once.
      for (let turn = 0; turn < 2 * maxEntries; turn++) {
        const next = Buffer.alloc(keySize);
        if (!unlessAbsent('next key', nextKey(map, key, next))) break;
        found.set(next.toString('latin1'), next);
        key = next;
      }
      return [...found.values()];
    },
  };
}

/** Places in bpf_link_info and bpf_prog_info of linux/bpf.h. A kernel that knows less of them leaves zeros. */
export const LINK_INFO = { size: 64, programId: 8 } as const;
export const PROGRAM_INFO = { size: 256, recursionMisses: 208 } as const;

function bindPrograms(
  library: LibraryHandle,
  close: (descriptor: number) => void,
): Pick<Bpf, 'openProgramOf' | 'missesOf'> {
  const get = bind(library, 'int bpf_obj_get(const char *path)');
  const byId = bind(library, 'int bpf_prog_get_fd_by_id(uint32_t id)');
  const ask = bind(library, 'int bpf_obj_get_info_by_fd(int descriptor, void *info, void *size)');
  const infoOf = (descriptor: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    const sizeBytes = Buffer.alloc(4);
    sizeBytes.writeUInt32LE(size);
    checkNumber('ask for information', ask(descriptor, bytes, sizeBytes));
    return bytes;
  };
  return {
    openProgramOf: (linkPath) => {
      const link = checkNumber(`open pin ${linkPath}`, get(linkPath));
      try {
        return checkNumber('open program', byId(infoOf(link, LINK_INFO.size).readUInt32LE(LINK_INFO.programId)));
      } finally {
        close(link);
      }
    },
    missesOf: (program) => infoOf(program, PROGRAM_INFO.size).readBigUInt64LE(PROGRAM_INFO.recursionMisses),
  };
}

function bindProbe(library: LibraryHandle): () => boolean {
  const probe = bind(library, 'int libbpf_probe_bpf_helper(int programType, int function, const void *options)');
  return () =>
    checkNumber('probe for task storage', probe(PROGRAM_TYPE_RAW_TRACEPOINT, FUNCTION_TASK_STORAGE_GET, null)) === 1;
}

/** Loads the shared libraries. @throws where libbpf.so.1 is not installed */
export function loadBpf(): Bpf {
  const library = koffi.load('libbpf.so.1');
  const close = bind(koffi.load('libc.so.6'), 'int close(int descriptor)');
  const closeDescriptor = (descriptor: number): void => {
    close(descriptor);
  };
  return {
    ...bindObject(library),
    hasTaskStorage: bindProbe(library),
    ...bindMaps(library),
    ...bindWalks(library),
    ...bindPrograms(library, closeDescriptor),
    close: closeDescriptor,
  };
}
