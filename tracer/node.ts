/** The node as a report names it. */
import { readFileSync } from 'node:fs';
import { arch, release, uptime } from 'node:os';
import type { Report } from '../profile/recording.ts';

const ARCHITECTURES: Readonly<Record<string, Report['node']['architecture']>> = { x64: 'x86_64', arm64: 'aarch64' };

/** @throws on an architecture that the ledger knows no system calls of */
export function describeNode(name: string, cgroups: 'v2' | 'hybrid'): Report['node'] {
  const architecture = ARCHITECTURES[arch()];
  if (architecture === undefined) throw new Error(`No system call table for ${arch()}`);
  // Differs after each boot, so that two reports show whether the node went down between them.
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  // libuv reads the boot clock (/proc/uptime, CLOCK_BOOTTIME), the ledger's own.
  const bootedAt = new Date(Date.now() - uptime() * 1000).toISOString();
  return { name, bootId, bootedAt, kernel: release().slice(0, 256), architecture, cgroups };
}
