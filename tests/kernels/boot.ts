/** Boots a kernel under emulation, which any machine can do, and gives what the guest told. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../cluster/run-command.ts';
import type { GuestResult } from './result.ts';

export interface Machine {
  readonly kernel: string;
  readonly initramfs: string;
  /** Where the console and the result are written. */
  readonly folder: string;
  /** Added to the kernel's command line. */
  readonly parameters?: readonly string[];
}

/** A guest that hangs is ended; one boot takes a fifteenth of that. */
const PATIENCE_MS = 300_000;
const CONSOLE_TAIL = 6000;

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** The command line that boots a kernel; `docs/ledger.md` names it. Two processors, whose
 * turns one thread takes: qemu 7.2's many threads let the guest's Node crash once in some twenty boots. */
function commandFor({ kernel, initramfs, parameters = [] }: Machine, console: string, result: string): string[] {
  const append = ['console=ttyS0', 'quiet', 'panic=-1', ...parameters].join(' ');
  return [
    'qemu-system-x86_64',
    ...['-accel', 'tcg,thread=single', '-M', 'pc', '-smp', '2', '-m', '1024'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-serial', `file:${console}`],
    ...['-chardev', `file,id=result,path=${result}`, '-device', 'isa-serial,index=1,chardev=result'],
    ...['-kernel', kernel, '-initrd', initramfs, '-append', append],
  ];
}

export interface Booted {
  readonly told: GuestResult;
  /** The end of what the console printed: the verifier's complaint, where it had one. */
  readonly console: string;
}

/** @throws with the end of the console when the guest told nothing */
export async function boot(machine: Machine): Promise<Booted> {
  const [console, result] = [join(machine.folder, 'console'), join(machine.folder, 'result')];
  rmSync(result, { force: true });
  const failure = await runCommand(commandFor(machine, console, result), {
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const told = readOr(result, '');
  const tail = readOr(console, '').slice(-CONSOLE_TAIL);
  if (told.trim() !== '') return { told: JSON.parse(told) as GuestResult, console: tail };
  throw new Error(`the guest told nothing; its console ends:\n${tail}`, { cause: failure });
}
