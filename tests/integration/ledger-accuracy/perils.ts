/**
 * Calls that a program can't simply make once with -1 for every argument. Each is made all the same, with zeros, by a child
 * without a terminal that an alarm ends (`g` in a script): none is left out.
 */
import { numbersOf } from '../../../profile/syscalls/names.ts';
import type { SyscallTable } from '../../../profile/syscalls/table.ts';

const PERILS: Readonly<Record<string, string>> = {
  exit: 'ends the thread',
  exit_group: 'ends the program',
  rt_sigreturn: 'takes its caller’s registers from the stack: SIGSEGV',
  sigreturn: 'takes its caller’s registers from the stack: SIGSEGV',
  uretprobe: 'SIGILL outside of the kernel’s own trampoline',
  uprobe: 'SIGILL outside of the kernel’s own trampoline',
  fork: 'its child would go on with the script',
  vfork: 'its child would go on with the script, on the same stack',
  pause: 'waits for a signal, whatever its arguments',
  sigsuspend: 'waits for a signal, whatever its arguments',
  alarm: '-1 sets an alarm that ends the program later',
  ssetmask: '-1 blocks every signal, also the alarms of the calls after it',
  kill: '-1 as process means every process of the machine; with signal 0 nothing is sent',
  tkill: 'signals by thread',
  tgkill: 'signals by thread',
  setsid: 'works, and gives up the terminal',
  vhangup: 'works, and hangs the terminal up: the child has none',
  sync: 'works, and takes as long as the machine’s disks do: once is enough',
  reboot: 'refuses zeros for its magic numbers',
  munlockall: 'works',
  set_tid_address: 'works: the word that says that the thread is gone would be another',
  rseq: '-1 as address ends the program at its next preemption',
};

function highest(table: SyscallTable): number {
  return Math.max(...table.keys());
}

/** Every number from 0 to the last of the table, gaps too. */
export function everyNumber(abi: 'x86_64' | 'i386'): number[] {
  return Array.from({ length: highest(numbersOf(abi)) + 1 }, (_, nr) => nr);
}

/** The words of a script that make every call of the table once by the interface that the letter stands for. */
export function everyCall(abi: 'x86_64' | 'i386', letter: 'n' | 'i' | 'v'): string[] {
  const table = numbersOf(abi);
  return everyNumber(abi).map((nr) => `${(table.get(nr) ?? '') in PERILS ? 'g' : ''}${letter}${nr}`);
}

/** Numbers of the table that can be made with -1 for every argument, at any place of a program. */
export function harmlessNumbers(abi: 'x86_64' | 'i386'): number[] {
  const table = numbersOf(abi);
  return everyNumber(abi).filter((nr) => !((table.get(nr) ?? '') in PERILS));
}
