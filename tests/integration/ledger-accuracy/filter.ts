/** Seccomp filters as classic BPF (linux/filter.h, linux/seccomp.h), whose answers are known by construction. */
import { runtimeDefaultOf } from '../../../profile/runtime-default.ts';
import { numbersOf } from '../../../profile/syscalls/names.ts';
import { everyNumber } from './perils.ts';

const [LOAD_WORD, JUMP_EQUAL, JUMP, RETURN] = [0x20, 0x15, 0x05, 0x06];
const [NR_AT, ARCH_AT, FIRST_ARGUMENT_AT] = [0, 4, 16];
const AUDIT_ARCH_X86_64 = 0xc000003e;
const [RET_ALLOW, RET_ERRNO] = [0x7fff0000, 0x00050000];

const EPERM = 1;
const ENOSYS = 38;

export interface Denial {
  readonly nr: number;
  readonly errno: number;
  /** Denied only with this in the low half of the first argument. */
  readonly firstArgument?: number;
}

function instruction(code: number, value: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}

function ruleOf({ nr, errno, firstArgument }: Denial): Buffer[] {
  const deny = instruction(RETURN, RET_ERRNO + errno);
  if (firstArgument === undefined) return [instruction(JUMP_EQUAL, nr, 0, 1), deny];
  return [
    instruction(JUMP_EQUAL, nr, 0, 4),
    instruction(LOAD_WORD, FIRST_ARGUMENT_AT),
    instruction(JUMP_EQUAL, firstArgument, 0, 1),
    deny,
    instruction(LOAD_WORD, NR_AT),
  ];
}

/** Denies these calls to both interfaces, each by its own numbers, and allows all others (x32, too: its numbers carry bit 30). */
export function filterOf(native: readonly Denial[], i386: readonly Denial[] = []): Buffer {
  const allow = instruction(RETURN, RET_ALLOW);
  const section = (denials: readonly Denial[]): Buffer[] => [
    instruction(LOAD_WORD, NR_AT),
    ...denials.flatMap(ruleOf),
    allow,
  ];
  const nativeSection = section(native);
  return Buffer.concat([
    instruction(LOAD_WORD, ARCH_AT),
    instruction(JUMP_EQUAL, AUDIT_ARCH_X86_64, 1, 0),
    instruction(JUMP, nativeSection.length),
    ...nativeSection,
    ...section(i386),
  ]);
}

/** What RuntimeDefault refuses by a value: AF_ALG and AF_VSOCK, an execution domain, flags that make namespaces. */
const NARROWED: readonly (readonly [name: string, firstArgument: number])[] = [
  ['socket', 38],
  ['socket', 40],
  ['personality', 1],
  ['clone', 0xffffffff],
];

/**
 * As RuntimeDefault answers a container without capabilities: EPERM to what it doesn't list, numbers without a name too; ENOSYS to
 * clone3, so that C libraries fall back to clone. Filters are not asked about uprobe (kernel/seccomp.c, seccomp_uprobe_exception).
 */
export function runtimeDefault(): Denial[] {
  const table = numbersOf('x86_64');
  const isRefused = (name: string): boolean =>
    ['blocked', 'with-capability', 'unknown'].includes(runtimeDefaultOf(name).kind);
  const numberOf = (name: string): number => [...table].find(([, each]) => each === name)?.[0] ?? NaN;
  const refused = everyNumber('x86_64').filter((nr) => nr !== numberOf('uprobe') && isRefused(table.get(nr) ?? ''));
  return [
    ...refused.map((nr) => ({ nr, errno: nr === numberOf('clone3') ? ENOSYS : EPERM })),
    ...NARROWED.map(([name, firstArgument]) => ({ nr: numberOf(name), errno: EPERM, firstArgument })),
  ];
}
