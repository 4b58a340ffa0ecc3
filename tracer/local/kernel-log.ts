/** What the kernel's log tells of calls that a seccomp filter only logged: which program made them. More than one can count on. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Abi } from '../../profile/recording.ts';
import { nameOf } from '../../profile/syscalls/names.ts';

export interface LoggedCall {
  readonly abi: Abi;
  readonly name: string;
  /** Its name for itself (comm). */
  readonly program: string;
  readonly at: Date;
}

/** AUDIT_ARCH_… of linux/audit.h. */
const ABIS: Readonly<Record<string, Abi>> = { c000003e: 'x86_64', '40000003': 'i386', c00000b7: 'aarch64' };
/** AUDIT_SECCOMP, as the kernel prints it where no audit daemon takes it. */
const LINE = /audit: type=1326 audit\((\d+)\.(\d{3}):\d+\):.* comm="([^"]*)".* arch=([0-9a-f]+) syscall=(\d+) /;
/** linux/kmsg: a record is at most this long (PRINTK_MESSAGE_MAX). */
const RECORD_BYTES = 8192;
/** Of records in the log's ring, which is 256 kB unless enlarged. */
const MOST_RECORDS = 100_000;

/** Undefined for any other line. */
export function parseLoggedCall(line: string): LoggedCall | undefined {
  const [, seconds, milliseconds, program, arch = '', nr] = LINE.exec(line) ?? [];
  const abi = ABIS[arch];
  if (program === undefined || abi === undefined) return undefined;
  return { abi, name: nameOf(abi, Number(nr)), program, at: new Date(Number(`${seconds}${milliseconds}`)) };
}

/** The calls in the log now; none where it can't be read, or an audit daemon takes them instead. */
export function readLoggedCalls(): LoggedCall[] {
  return readRecords().flatMap((line) => parseLoggedCall(line) ?? []);
}

/** One record per read(2), until EAGAIN; EPIPE where one was overwritten meanwhile (Documentation/ABI/testing/dev-kmsg). */
function readRecords(): string[] {
  const records: string[] = [];
  const buffer = Buffer.alloc(RECORD_BYTES);
  let descriptor: number | undefined;
  try {
    descriptor = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
    while (records.length < MOST_RECORDS) records.push(buffer.toString('utf8', 0, readSync(descriptor, buffer)));
  } catch {
    // Read to its end, or not readable at all: it is a detail that may be missing.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  return records;
}
