/** Names of system calls by ABI, from the generated tables beside this file. */
import type { Abi } from '../recording.ts';
import { AARCH64 } from './aarch64.ts';
import { I386 } from './i386.ts';
import type { SyscallTable } from './table.ts';
import { X32 } from './x32.ts';
import { X86_64 } from './x86_64.ts';

const TABLES: Readonly<Record<Abi, SyscallTable>> = { x86_64: X86_64, i386: I386, x32: X32, aarch64: AARCH64 };
const NAMES: Readonly<Record<Abi, ReadonlySet<string>>> = {
  x86_64: new Set(X86_64.values()),
  i386: new Set(I386.values()),
  x32: new Set(X32.values()),
  aarch64: new Set(AARCH64.values()),
};

/** The kernel's name of a call, or `nr:<number>` where the table has none. x32 numbers come without bit 30. */
export function nameOf(abi: Abi, nr: number): string {
  return TABLES[abi].get(nr) ?? `nr:${nr}`;
}

/** All calls of the ABI by number. x32 numbers come without bit 30. */
export function numbersOf(abi: Abi): SyscallTable {
  return TABLES[abi];
}

/** Whether any of the ABIs has a call of this name. False for `nr:<number>`. */
export function isKnownName(name: string, abis: Iterable<Abi>): boolean {
  return [...abis].some((abi) => NAMES[abi].has(name));
}
