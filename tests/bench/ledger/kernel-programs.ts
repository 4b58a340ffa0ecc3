/** BPF programs of the running kernel, whoever loaded them: listed, attached and detached at will. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';

/** bpf_prog_type of linux/bpf.h: KPROBE, TRACEPOINT, PERF_EVENT, RAW_TRACEPOINT, RAW_TRACEPOINT_WRITABLE, TRACING. */
const RAW_TRACEPOINT = 17;
const TRACING_TYPES: readonly number[] = [2, 5, 7, RAW_TRACEPOINT, 24, 26];

/** Of bpf_prog_info and bpf_link_info of linux/bpf.h. */
const PROGRAM = { size: 64, type: 0, id: 4 } as const;
const LINK = { size: 64, programId: 8 } as const;

type Native = (...args: unknown[]) => number;

function bind(): Record<'get' | 'attach' | 'next' | 'open' | 'describe' | 'close', Native> {
  const library = koffi.load('libbpf.so.1');
  const native = (prototype: string, from = library): Native => from.func(prototype) as Native;
  return {
    get: native('int bpf_obj_get(const char *path)'),
    attach: native('int bpf_raw_tracepoint_open(const char *name, int program)'),
    next: native('int bpf_prog_get_next_id(uint32_t id, void *next)'),
    open: native('int bpf_prog_get_fd_by_id(uint32_t id)'),
    describe: native('int bpf_obj_get_info_by_fd(int descriptor, void *description, void *length)'),
    close: native('int close(int descriptor)', koffi.load('libc.so.6')),
  };
}

function check(step: string, result: number): number {
  if (result < 0) throw new Error(`${step}: errno ${-result}`);
  return result;
}

/** A pinned link, and the tracepoint that it is attached to. */
export interface PinnedLink {
  readonly pin: string;
  readonly tracepoint: string;
}

/** A set of programs that are attached and detached together, in the order in which they were pinned. */
export interface Attachable {
  attach(): void;
  detach(): void;
  /** Lets go of the programs: the kernel frees them when they are not attached. */
  release(): void;
}

export interface KernelPrograms {
  /** Takes over the pinned links of a directory: detached now, and ready to be attached again. @param links in the order of attaching */
  adopt(directory: string, links: readonly PinnedLink[]): Attachable;
  /** How many programs of others trace on this machine. */
  countForeign(): number;
  /** How many of those that were adopted are still there. */
  countOwn(): number;
}

export function openKernelPrograms(): KernelPrograms {
  const bpf = bind();
  const own = new Set<number>();
  const describe = (descriptor: number, size: number): Buffer => {
    const description = Buffer.alloc(size);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(size);
    check('describe', bpf.describe(descriptor, description, length));
    return description;
  };
  const typeOf = (program: number): number => describe(program, PROGRAM.size).readUInt32LE(PROGRAM.type);
  const tracing = (): number[] => {
    const found: number[] = [];
    const next = Buffer.alloc(4);
    for (let id = 0; bpf.next(id, next) === 0;) {
      id = next.readUInt32LE();
      const program = bpf.open(id);
      if (program < 0) continue; // gone meanwhile
      if (TRACING_TYPES.includes(typeOf(program))) found.push(id);
      bpf.close(program);
    }
    return found;
  };
  const openProgramOf = (pin: string): number => {
    const link = check(`open ${pin}`, bpf.get(pin));
    const id = describe(link, LINK.size).readUInt32LE(LINK.programId);
    bpf.close(link);
    return check(`open the program of ${pin}`, bpf.open(id));
  };
  return {
    adopt: (directory, pinned) => {
      const programs = pinned.map(({ pin, tracepoint }) => {
        const program = openProgramOf(join(directory, pin));
        own.add(describe(program, PROGRAM.size).readUInt32LE(PROGRAM.id));
        // A program that knows its tracepoint's types (tp_btf) knows its name as well, and wants none.
        return { program, name: typeOf(program) === RAW_TRACEPOINT ? tracepoint : null };
      });
      for (const { pin } of pinned) rmSync(join(directory, pin));
      let links: number[] = [];
      return {
        attach: () => {
          links = programs.map(({ program, name }) => check('attach', bpf.attach(name, program)));
        },
        detach: () => {
          for (const link of links) bpf.close(link);
          links = [];
        },
        release: () => {
          for (const { program } of programs) bpf.close(program);
        },
      };
    },
    countForeign: () => tracing().filter((id) => !own.has(id)).length,
    countOwn: () => tracing().filter((id) => own.has(id)).length,
  };
}
