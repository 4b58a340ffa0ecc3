/**
 * Mocha's spec reporter, which also prints the reason of every skipped test and leaves the counts for tests/run.ts in
 * the file that FLAK_TEST_COUNTS names.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';
import { figuresOf } from './figure.ts';
import { SKIP_REASON } from './skip.ts';

/** What one mocha run counted; a skip without a reason is a failure of the suite's author. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  readonly tests: readonly TestResult[];
}

export interface TestResult {
  /** From the checkout's root. */
  readonly file: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly figures: readonly string[];
}

function nameOf(test: Mocha.Test): { file: string; title: string } {
  return { file: relative(process.cwd(), test.file ?? ''), title: test.fullTitle() };
}

function reasonOf(test: Mocha.Test): string | undefined {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at !== undefined; at = at.parent) {
    const reason = (at as unknown as Record<symbol, unknown>)[SKIP_REASON];
    if (typeof reason === 'string') return reason;
  }
  return undefined;
}

/** How many suites are told, and how long one has to take to be told. */
const SLOWEST = { most: 10, fromMs: 5000 } as const;

/** Tells at the end where the time of a long run went: the top-level suites that took longest, their hooks included. */
function tellSlowest(runner: Mocha.Runner): void {
  const taken: { readonly name: string; readonly ms: number }[] = [];
  let beganMs = 0;
  runner.on('suite', (suite) => {
    if (suite.parent?.root === true) beganMs = performance.now();
  });
  runner.on('suite end', (suite) => {
    if (suite.parent?.root !== true) return;
    const name = `${relative(process.cwd(), suite.file ?? '')}: ${suite.title}`;
    taken.push({ name, ms: performance.now() - beganMs });
  });
  runner.on('end', () => {
    const slowest = taken.filter(({ ms }) => ms >= SLOWEST.fromMs).sort((one, other) => other.ms - one.ms);
    if (taken.length < 2 || slowest.length === 0) return;
    process.stdout.write('  longest:\n');
    for (const { name, ms } of slowest.slice(0, SLOWEST.most))
      process.stdout.write(`    ${(ms / 1000).toFixed(0).padStart(4)} s  ${name}\n`);
  });
}

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    tellSlowest(runner);
    let passed = 0;
    let skipped = 0;
    const failures: string[] = [];
    const tests: TestResult[] = [];
    runner.on('pass', (test) => {
      passed += 1;
      const figures = figuresOf(test);
      tests.push({ ...nameOf(test), state: 'passed', figures });
      for (const figure of figures) process.stdout.write(`      measured: ${figure}\n`);
    });
    runner.on('fail', (test) => {
      failures.push(test.fullTitle());
      tests.push({ ...nameOf(test), state: 'failed', figures: [] });
    });
    runner.on('pending', (test) => {
      const reason = reasonOf(test);
      if (reason === undefined) failures.push(`${test.fullTitle()}: skipped without a reason`);
      else {
        skipped += 1;
        tests.push({ ...nameOf(test), state: 'skipped', figures: [`skipped: ${reason}`] });
        process.stdout.write(`      skipped: ${reason}\n`);
      }
    });
    runner.on('end', () => {
      const counts: TestCounts = { passed, failed: failures.length, skipped, failures, tests };
      const file = process.env['FLAK_TEST_COUNTS'];
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}

// Mocha loads a reporter as the module's default or as `module.exports`: this string export is what Node's require(esm) returns.
export { CountingReporter as 'module.exports' };
