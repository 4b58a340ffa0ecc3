import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, parseStat, type ProcessIdentity } from './identity.ts';

const POLL_MS = 20;

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // ENOENT or ESRCH: it has ended
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The identity of a running process, or undefined when there is none with this number. */
export function identify(pid: number): ProcessIdentity | undefined {
  const parsed = parseStat(readStat(pid) ?? '');
  return parsed === undefined ? undefined : { pid, startTicks: parsed.startTicks, bootId: bootId() };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return isSameProcess(identity, readStat(identity.pid), bootId());
}

/**
 * Ends processes: SIGTERM, after `patienceMs` SIGKILL, and waits until they are gone. A number that has been
 * given to another process meanwhile is left alone.
 */
export async function endProcesses(identities: readonly ProcessIdentity[], patienceMs: number): Promise<void> {
  signalAll(identities, 'SIGTERM');
  if (await waitUntilGone(identities, patienceMs)) return;
  signalAll(identities, 'SIGKILL');
  if (await waitUntilGone(identities, 10_000)) return;
  const left = identities.filter(isRunning).map(({ pid }) => pid);
  throw new Error(`processes ${left.join(', ')} don't end, not even by SIGKILL`);
}

function signalAll(identities: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  for (const identity of identities.filter(isRunning)) {
    try {
      process.kill(identity.pid, signal);
    } catch {
      // ESRCH: it has ended between the look and the signal
    }
  }
}

async function waitUntilGone(identities: readonly ProcessIdentity[], limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (identities.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
