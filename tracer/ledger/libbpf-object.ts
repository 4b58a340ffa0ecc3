/** Programs and maps as libbpf loads them from an object file. */
import type { LibraryHandle } from 'koffi';
import { aside, bind, checkNumber, checkPointer } from './libbpf-call.ts';

/** Alive until `close` and beyond it where pinned. */
export interface LoadedObject {
  hasProgram(name: string): boolean;
  pinMap(name: string, path: string): void;
  /** Writes entries of an array, all at once. */
  writeArray(name: string, entries: readonly { readonly index: number; readonly bytes: Buffer }[]): void;
  attachAndPin(program: string, path: string): void;
  close(): void;
}

export interface ObjectLoader {
  /** Opens, relocates against the running kernel and verifies. libbpf writes the verifier's complaint to stderr. */
  load(objectFile: string): LoadedObject;
  /** The same without holding up this thread. */
  loadAside(objectFile: string): Promise<LoadedObject>;
}

export function bindObject(library: LibraryHandle): ObjectLoader {
  const open = bind(library, 'void *bpf_object__open_file(const char *path, const void *options)');
  const load = bind(library, 'int bpf_object__load(void *object)');
  const close = bind(library, 'void bpf_object__close(void *object)');
  const use = bindUse(library, close);

  const openFile = (path: string): unknown => checkPointer(`open ${path}`, open(path, null));
  const loaded = (objectFile: string, object: unknown, result: unknown): LoadedObject => {
    try {
      checkNumber(`load ${objectFile}`, result);
    } catch (error) {
      close(object);
      throw error;
    }
    return use(object);
  };
  return {
    load: (objectFile) => {
      const object = openFile(objectFile);
      return loaded(objectFile, object, load(object));
    },
    loadAside: async (objectFile) => {
      const object = openFile(objectFile);
      return loaded(objectFile, object, await aside(load, object));
    },
  };
}

function bindUse(library: LibraryHandle, close: (object: unknown) => unknown): (object: unknown) => LoadedObject {
  const findMap = bind(library, 'void *bpf_object__find_map_by_name(void *object, const char *name)');
  const pinMap = bind(library, 'int bpf_map__pin(void *map, const char *path)');
  const mapDescriptor = bind(library, 'int bpf_map__fd(void *map)');
  const write = bind(
    library,
    'int bpf_map_update_batch(int map, const void *keys, const void *values, uint32_t *count, const void *options)',
  );
  const findProgram = bind(library, 'void *bpf_object__find_program_by_name(void *object, const char *name)');
  const attach = bind(library, 'void *bpf_program__attach(void *program)');
  const pinLink = bind(library, 'int bpf_link__pin(void *link, const char *path)');
  const destroyLink = bind(library, 'int bpf_link__destroy(void *link)');

  const map = (object: unknown, name: string): unknown => checkPointer(`find map ${name}`, findMap(object, name));
  return (object) => ({
    pinMap: (name, path) => {
      checkNumber(`pin ${path}`, pinMap(map(object, name), path));
    },
    writeArray: (name, entries) => {
      const keys = Buffer.from(Uint32Array.from(entries, ({ index }) => index).buffer);
      const values = Buffer.concat(entries.map(({ bytes }) => bytes));
      const count = Buffer.from(Uint32Array.of(entries.length).buffer);
      checkNumber(`write ${name}`, write(mapDescriptor(map(object, name)), keys, values, count, null));
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
  });
}
