/** libbpf, called through koffi: the few functions the ledger needs, each error as an exception with its errno. */
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

/** A call into libbpf or the kernel that failed. `code` is the errno's name, as in Node's own errors. */
export class BpfError extends Error {
  readonly errno: number;
  constructor(step: string, errno: number) {
    super(`${step}: errno ${errno}`);
    this.name = 'BpfError';
    this.errno = errno;
  }
}

export const ERRNO = { EPERM: 1, ENOENT: 2, ENOMEM: 12, ESTALE: 116 } as const;

/** bpf_map_type, bpf_prog_type and bpf_func_id of linux/bpf.h. */
const MAP_TYPE_HASH = 1;
const PROGRAM_TYPE_RAW_TRACEPOINT = 17;
const FUNCTION_TASK_STORAGE_GET = 156;

/** Programs and maps loaded from an object file, alive until `close` and beyond it where pinned. */
export interface LoadedObject {
  hasProgram(name: string): boolean;
  pinMap(name: string, path: string): void;
  updateMap(name: string, key: Buffer, value: Buffer): void;
  attachAndPin(program: string, path: string): void;
  close(): void;
}

export interface Bpf {
  /** Whether tracing programs can keep state with a task (since 5.13). */
  hasTaskStorage(): boolean;
  /** Opens, relocates against the running kernel and verifies. libbpf writes the verifier's complaint to stderr. */
  load(objectFile: string): LoadedObject;
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
  remove(map: number, key: Buffer): void;
  /** Each key once, though others may change the map meanwhile. @param maxEntries the map's */
  keys(map: number, keySize: number, maxEntries: number): Buffer[];
  close(descriptor: number): void;
}

type Native = (...args: unknown[]) => unknown;

function bind(library: LibraryHandle, prototype: string): Native {
  return library.func(prototype) as Native;
}

/** libbpf 1.x answers -errno where it gives a number, and NULL with errno set where it gives a pointer. */
function checkNumber(step: string, result: unknown): number {
  if (typeof result !== 'number') throw new TypeError(`${step} gave no number`);
  if (result < 0) throw new BpfError(step, -result);
  return result;
}

function checkPointer(step: string, result: unknown): unknown {
  if (result === null) throw new BpfError(step, koffi.errno());
  return result;
}

function bindObject(library: LibraryHandle): (objectFile: string) => LoadedObject {
  const open = bind(library, 'void *bpf_object__open_file(const char *path, const void *options)');
  const load = bind(library, 'int bpf_object__load(void *object)');
  const close = bind(library, 'void bpf_object__close(void *object)');
  const findMap = bind(library, 'void *bpf_object__find_map_by_name(void *object, const char *name)');
  const pinMap = bind(library, 'int bpf_map__pin(void *map, const char *path)');
  const mapDescriptor = bind(library, 'int bpf_map__fd(void *map)');
  const update = bind(library, 'int bpf_map_update_elem(int map, const void *key, const void *value, uint64_t flags)');
  const findProgram = bind(library, 'void *bpf_object__find_program_by_name(void *object, const char *name)');
  const attach = bind(library, 'void *bpf_program__attach(void *program)');
  const pinLink = bind(library, 'int bpf_link__pin(void *link, const char *path)');
  const destroyLink = bind(library, 'int bpf_link__destroy(void *link)');

  const map = (object: unknown, name: string): unknown => checkPointer(`find map ${name}`, findMap(object, name));
  return (objectFile) => {
    const object = checkPointer(`open ${objectFile}`, open(objectFile, null));
    try {
      checkNumber(`load ${objectFile}`, load(object));
    } catch (error) {
      close(object);
      throw error;
    }
    return {
      pinMap: (name, path) => {
        checkNumber(`pin ${path}`, pinMap(map(object, name), path));
      },
      updateMap: (name, key, value) => {
        checkNumber(`update ${name}`, update(mapDescriptor(map(object, name)), key, value, 0));
      },
      hasProgram: (name) => findProgram(object, name) !== null,
      attachAndPin: (program, path) => {
        const link = checkPointer(
          `attach ${program}`,
          attach(checkPointer(`find program ${program}`, findProgram(object, program))),
        );
        try {
          checkNumber(`pin ${path}`, pinLink(link, path));
        } finally {
          destroyLink(link); // closes our end; a pinned link stays attached
        }
      },
      close: () => {
        close(object);
      },
    };
  };
}

function bindMaps(
  library: LibraryHandle,
): Omit<Bpf, 'load' | 'close' | 'openProgramOf' | 'missesOf' | 'hasTaskStorage'> {
  const get = bind(library, 'int bpf_obj_get(const char *path)');
  const create = bind(
    library,
    'int bpf_map_create(int type, const char *name, uint32_t keySize, uint32_t valueSize, uint32_t entries, const void *options)',
  );
  const byId = bind(library, 'int bpf_map_get_fd_by_id(uint32_t id)');
  const lookup = bind(library, 'int bpf_map_lookup_elem(int map, const void *key, void *value)');
  const update = bind(library, 'int bpf_map_update_elem(int map, const void *key, const void *value, uint64_t flags)');
  const remove = bind(library, 'int bpf_map_delete_elem(int map, const void *key)');
  const nextKey = bind(library, 'int bpf_map_get_next_key(int map, const void *key, void *next)');

  const unlessAbsent = (step: string, result: unknown): boolean => {
    if (result === -ERRNO.ENOENT) return false;
    checkNumber(step, result);
    return true;
  };
  return {
    openPin: (path) => checkNumber(`open pin ${path}`, get(path)),
    createHash: (name, keySize, valueSize, maxEntries) =>
      checkNumber(`create map ${name}`, create(MAP_TYPE_HASH, name, keySize, valueSize, maxEntries, null)),
    openMapById: (id) => checkNumber('open map', byId(id)),
    lookup: (map, key, value) => unlessAbsent('look up', lookup(map, key, value)),
    update: (map, key, value) => {
      checkNumber('update', update(map, key, value, 0));
    },
    remove: (map, key) => {
      unlessAbsent('remove', remove(map, key));
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
    load: bindObject(library),
    hasTaskStorage: bindProbe(library),
    ...bindMaps(library),
    ...bindPrograms(library, closeDescriptor),
    close: closeDescriptor,
  };
}
