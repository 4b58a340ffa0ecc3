/** Ending bpftrace, which prints its maps when it is interrupted. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Seen on a busy machine: it was alive minutes after its signal, and had nothing to do. */
const AGAIN_MS = 5_000;
const LONGEST_MS = 60_000;

/**
 * Whoever starts it asks for this at once, so that its end is not missed.
 * @returns interrupts it, again and again, and resolves when it has ended and all of its output is there. @throws when it had to be killed
 */
export function bpftraceEnder(child: ChildProcess): () => Promise<void> {
  const closed = once(child, 'close');
  closed.catch(() => undefined); // whoever ends it is told
  return async () => {
    child.kill('SIGINT');
    // By SIGTERM, which means the same to it: from the end of the recording on, SIGINT would kill it while it prints.
    const again = setInterval(() => child.kill('SIGTERM'), AGAIN_MS);
    const last = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    try {
      await closed;
    } finally {
      clearInterval(again);
      clearTimeout(last);
    }
    if (child.signalCode !== null) throw new Error(`bpftrace was ended by ${child.signalCode}; it has said nothing`);
  };
}
