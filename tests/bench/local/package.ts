/** Flak as it is installed: JavaScript and the compiled parts. In a checkout Node strips types beforehand, which takes longer than all else. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../../..');
const PARTS = ['tracer/ledger/ledger.bpf.o', 'tracer/ledger/ledger-5.10.bpf.o', 'tracer/local/launch'];

function run(program: string, ...args: string[]): void {
  const { status } = spawnSync(program, args, { cwd: CHECKOUT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')}: exit ${status}`);
}

/** @param folder below the checkout, whose node_modules it uses. @returns its entry point */
export function buildPackage(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  run('npm', 'run', '--silent', 'ledger');
  run(join(CHECKOUT, 'node_modules/.bin/tsc'), '-p', 'tsconfig.package.json', '--outDir', folder);
  for (const part of PARTS) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    copyFileSync(join(CHECKOUT, part), join(folder, part));
  }
  return join(folder, 'cli/flak.js');
}
