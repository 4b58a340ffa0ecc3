/** `flak verify WORKLOAD` with this machine's clock, files and signals. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { connectBy } from '../../connection.ts';
import { writeWholeFile } from '../../files.ts';
import type { Terminal } from '../../terminal.ts';
import type { VerifyWorkload } from './verify-workload.ts';
import { createVerifyWorkload } from './verify-workload.ts';

/** 128 + SIGINT, as shells say it. */
const INTERRUPTED = 130;

export function verifyWorkloadHere(terminal: Terminal, environment: NodeJS.ProcessEnv): VerifyWorkload {
  return createVerifyWorkload({
    terminal,
    connect: connectBy(environment, homedir(), existsSync),
    writeFile: writeWholeFile,
    now: () => performance.now(),
    wallClockMs: () => Date.now(),
    sleep: (ms, signal) =>
      delay(ms, undefined, signal && { signal }).catch((thrown: unknown) => {
        if (signal?.aborted !== true) throw thrown;
      }),
    interruption: interruption(terminal),
    randomRun: () => randomBytes(16).toString('hex'),
  });
}

/** The first Ctrl-C removes the canary, which takes some seconds; a second one leaves it to its deadline. */
function interruption({ note }: Terminal): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (interrupted.signal.aborted) process.exit(INTERRUPTED);
      note('flak: removing the canary; once more to leave it to its deadline');
      interrupted.abort();
    });
  return interrupted.signal;
}
