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

/** bpf_map_type of linux/bpf.h. */
const MAP_TYPE_HASH = 1;

/** Programs and maps loaded from an object file, alive until `close` and beyond it where pinned. */
export interface LoadedObject {
  pinMap(name: string, path: string): void;
  attachAndPin(program: string, path: string): void;
  close(): void;
}

export interface Bpf {
  /** Opens, relocates against the running kernel and verifies. libbpf writes the verifier's complaint to stderr. */
  load(objectFile: string): LoadedObject;
  openPin(path: string): number;
  createHash(name: string, keySize: number, valueSize: number, maxEntries: number): number;
  openMapById(id: number): number;
  /** False where there is no such key. */
  lookup(map: number, key: Buffer, value: Buffer): boolean;
  update(map: number, key: Buffer, value: Buffer): void;
  remove(map: number, key: Buffer): void;
  keys(map: number, keySize: number): Buffer[];
  closeMap(map: number): void;
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
  const findProgram = bind(library, 'void *bpf_object__find_program_by_name(void *object, const char *name)');
  const attach = bind(library, 'void *bpf_program__attach(void *program)');
  const pinLink = bind(library, 'int bpf_link__pin(void *link, const char *path)');
  const destroyLink = bind(library, 'int bpf_link__destroy(void *link)');

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
        checkNumber(`pin ${path}`, pinMap(checkPointer(`find map ${name}`, findMap(object, name)), path));
      },
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

function bindMaps(library: LibraryHandle): Omit<Bpf, 'load' | 'closeMap'> {
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
    keys: (map, keySize) => {
      const found: Buffer[] = [];
      for (let key: Buffer | null = null; ;) {
        const next = Buffer.alloc(keySize);
        if (!unlessAbsent('next key', nextKey(map, key, next))) return found;
        found.push(next);
        key = next;
      }
    },
  };
}

/** Loads the shared libraries. @throws where libbpf.so.1 is not installed */
export function loadBpf(): Bpf {
  const library = koffi.load('libbpf.so.1');
  const close = bind(koffi.load('libc.so.6'), 'int close(int descriptor)');
  return {
    load: bindObject(library),
    ...bindMaps(library),
    closeMap: (map) => {
      close(map);
    },
  };
}
