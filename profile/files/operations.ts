/** The calls that have lines, under FLAK's names, and where their arguments stand in Falco's events. */
import type { FileEvent, FileField } from './file-event.ts';

/** FLAK kept calls about memory apart from those about files. */
export type Stream = 'io' | 'memory';

/** A pair `key=value` of an enter line; undefined where Falco tells no value: then the pair is missing. */
type Pair = readonly [key: string, value: (event: FileEvent) => string | undefined];

export interface Operation {
  readonly name: string;
  readonly stream: Stream;
  readonly pairs: readonly Pair[];
}

const rawOf =
  (field: FileField) =>
  ({ fields }: FileEvent): string | undefined =>
    fields.get(field);

const fileName: Pair = ['fname', ({ fields }) => fields.get('evt.rawarg.name') ?? fields.get('evt.rawarg.path')];
/** `fd.num` is missing for descriptors that Falco doesn't know, such as the one of a close that failed. */
const descriptor: Pair = ['fd', ({ fields, fd }) => fields.get('evt.rawarg.fd') ?? fd?.toString()];
/** For the calls on vectors this is the bytes that they hold together: Falco doesn't tell how many vectors there are. */
const size: Pair = ['count', ({ size: bytes }) => bytes?.toString()];
const oldDescriptor = rawOf('evt.rawarg.oldfd');
const replaced: readonly Pair[] = [
  ['oldfd', oldDescriptor],
  ['newfd', rawOf('evt.rawarg.newfd')],
];
/** Falco writes addresses in base 16, without a sign of it; what a call returned, which may be one, in base 10. */
const address: Pair[1] = (event) => {
  const digits = event.fields.get('evt.rawarg.addr');
  return digits !== undefined && /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt(`0x${digits}`).toString() : undefined;
};
const range: readonly Pair[] = [
  ['addr', address],
  ['len', rawOf('evt.rawarg.length')],
];

const io = (pairs: readonly Pair[], ...names: readonly string[]): Operation[] =>
  names.map((name) => ({ name, stream: 'io', pairs }));

/**
 * FLAK's operations that Falco reports with arguments, and two that it didn't have: without `openat2` and `newfstatat`, which
 * C libraries call for what were open and stat, files would be missing. `statfs` and `statx` come without arguments.
 */
const OPERATIONS: readonly Operation[] = [
  ...io([fileName], 'creat', 'open', 'openat', 'openat2', 'newstat', 'newlstat', 'newfstatat'),
  ...io([descriptor, size], 'read', 'write', 'pread64', 'pwrite64', 'readv', 'writev', 'preadv', 'pwritev'),
  ...io([['fd', oldDescriptor]], 'dup'),
  ...io(replaced, 'dup2', 'dup3'),
  ...io([descriptor], 'close'),
  { name: 'mmap', stream: 'memory', pairs: [descriptor, ...range] },
  { name: 'munmap', stream: 'memory', pairs: range },
];

/** Falco's names where FLAK, which took the kernel's entry points, has others. */
const FALCO_NAMES: Readonly<Record<string, string>> = {
  newstat: 'stat',
  newlstat: 'lstat',
  pread64: 'pread',
  pwrite64: 'pwrite',
};

const BY_FALCO_NAME = new Map(
  OPERATIONS.map((operation) => [FALCO_NAMES[operation.name] ?? operation.name, operation]),
);

/** Falco's names of all calls that have lines. */
export const LINE_CALLS: readonly string[] = [...BY_FALCO_NAME.keys()];

/** @param name Falco's @returns undefined for a call that has no lines */
export function operationOf(name: string): Operation | undefined {
  return BY_FALCO_NAME.get(name);
}
