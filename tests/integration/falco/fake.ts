/** A fake Falco (tests/falco/fake-falco.ts) where a tracer finds it, and what is left of it. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../falco/fake-falco.ts';

const FAKE = join(import.meta.dirname, '../../falco/fake-falco.ts');

export interface Fake {
  /** Environment of a tracer that is to have it. */
  readonly environment: Readonly<Record<string, string>>;
  /** It sees this container from now on. */
  show(containerId: string): void;
  /** Processes of it. */
  running(): number[];
  /** What tracers keep on the node for it. */
  remains(): string[];
}

/** @param folder of the test's own */
export function installFake(folder: string, fault: Fault): Fake {
  const [binary, containers, root] = [join(folder, 'falco-bin'), join(folder, 'shown'), join(folder, 'falco')];
  writeFileSync(containers, '');
  const script = `#!/bin/sh\nexec ${process.execPath} ${FAKE} ${fault} ${containers} "$@"\n`;
  writeFileSync(binary, script, { mode: 0o755 });
  return {
    environment: { FLAK_FALCO: 'optional', FLAK_FALCO_BIN: binary, FLAK_FALCO_ROOT: root },
    show: (containerId) => {
      appendFileSync(containers, `${containerId}\n`);
    },
    running: () => processesWith(containers),
    remains: () => (existsSync(root) ? readdirSync(root, { recursive: true }).map(String) : []),
  };
}

/** PIDs of processes that have this argument. */
export function processesWith(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => argumentsOf(pid).includes(argument))
    .map(Number);
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Stops a process as nothing else would, for a test of what is left behind. */
export function killHard(pid: number): void {
  execFileSync('kill', ['-KILL', String(pid)]);
}
