/**
 * Coverage floors (branches): 95 % in files that decide, 85 % over everything that `npm test` runs under coverage.
 * Reads what the unit and integration suites left in coverage/raw. `node tests/coverage.ts`
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import PURE_FILES from './pure-files.json' with { type: 'json' };

/** Branch floors in percent. */
const FLOORS = [
  { name: 'pure files', floor: 95, matches: isPure },
  { name: 'all files', floor: 85, matches: () => true },
] as const;

function isPure(path: string): boolean {
  return PURE_FILES.some((pattern) => matchesGlob(path, pattern)) && !path.startsWith('profile/syscalls/generate');
}

interface FileSummary {
  readonly branches: { readonly total: number; readonly covered: number };
}

function report(): Record<string, FileSummary> {
  const sources = ['profile', 'webhook', 'tracer', 'certs', 'cli'].map((folder) => `--include=${folder}/**/*.ts`);
  const options = ['report', '--temp-directory=coverage/raw', '--reporter=json-summary', '--all', ...sources];
  const { status } = spawnSync('c8', options, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`c8 exited with ${status ?? 'a signal'}`);
  return JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8')) as Record<string, FileSummary>;
}

function main(): void {
  const files = Object.entries(report())
    .filter(([path]) => path !== 'total')
    .map(([path, summary]) => ({ path: path.replace(`${process.cwd()}/`, ''), ...summary.branches }));
  for (const { name, floor, matches } of FLOORS) {
    const chosen = files.filter(({ path }) => matches(path));
    const total = chosen.reduce((sum, file) => sum + file.total, 0);
    const covered = chosen.reduce((sum, file) => sum + file.covered, 0);
    const percent = total === 0 ? 0 : (100 * covered) / total;
    process.stdout.write(`${name}: ${percent.toFixed(1)} % of ${total} branches (floor ${floor} %)\n`);
    if (percent >= floor) continue;
    process.exitCode = 1;
    const worst = chosen.sort((a, b) => b.total - b.covered - (a.total - a.covered)).slice(0, 12);
    for (const file of worst)
      process.stdout.write(`  ${file.total - file.covered} of ${file.total} not taken: ${file.path}\n`);
  }
}

main();
