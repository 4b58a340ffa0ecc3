/**
 * `npm test`: every check of the project in one run, quickest first, all of them even when one fails.
 * Ends with `N passed, N failed, N skipped` and exits 1 when anything failed.
 *   npm test                  everything
 *   npm test -- lint unit     only these suites
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAST_RUN } from './evidence/last-run.ts';
import type { TestCounts, TestResult } from './reporter.ts';
import { SUITES, type Step, type Suite } from './suites.ts';

interface Total {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
  readonly tests: TestResult[];
}

/** Runs one command to its end with our streams; resolves to its exit code (128 + signal when killed). */
async function run(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [program, ...rest] = command;
  if (program === undefined) throw new Error('an empty command');
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], env: environment });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 128);
    });
  });
}

function readCounts(file: string): TestCounts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestCounts;
  } catch {
    return undefined;
  }
}

async function runStep(suite: Suite, step: Step, total: Total): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'flak-test-'));
  const counts = join(directory, 'counts.json');
  try {
    const code = await run(step.command, { ...process.env, ...step.environment, FLAK_TEST_COUNTS: counts });
    const counted = step.counts ? readCounts(counts) : undefined;
    if (counted === undefined) {
      if (code === 0 && !step.counts) total.passed += 1;
      else total.failures.push(`${suite.name}: ${step.command.join(' ')} (exit ${code})`);
    } else {
      total.passed += counted.passed;
      total.skipped += counted.skipped;
      total.tests.push(...counted.tests);
      total.failures.push(...counted.failures.map((title) => `${suite.name}: ${title}`));
      if (code !== 0 && counted.failures.length === 0) total.failures.push(`${suite.name}: exit ${code}`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  total.failed = total.failures.length;
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such suite: ${unknown.join(', ')}; there are ${SUITES.map((s) => s.name).join(', ')}\n`);
    process.exit(2);
  }
  const total: Total = { passed: 0, failed: 0, skipped: 0, failures: [], tests: [] };
  const began = performance.now();
  for (const suite of SUITES.filter((each) => asked.length === 0 || asked.includes(each.name))) {
    for (const step of suite.steps) {
      process.stdout.write(
        `\n== ${suite.name}: ${step.title}  (${Math.round((performance.now() - began) / 1000)} s)\n`,
      );
      await runStep(suite, step, total);
    }
  }
  mkdirSync('.out', { recursive: true });
  writeFileSync(LAST_RUN, JSON.stringify(total.tests));
  for (const failure of total.failures) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`\n${Math.round((performance.now() - began) / 1000)} s\n`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

await main();
