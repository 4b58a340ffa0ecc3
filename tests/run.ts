/**
 * `npm test`: every check of the project in one run, quickest first, all of them even when one fails.
 * A step that overruns its time is killed and failed, by the name of the test it was at; the next ones run.
 * Ends with `N passed, N failed, N skipped` and exits 1 when anything failed.
 *   npm test                  everything
 *   npm test -- lint unit     only these suites
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBounded } from './bounded-run.ts';
import { LAST_RUN } from './evidence/last-run.ts';
import { readRun, type TestResult } from './results.ts';
import { SUITES, type Step, type Suite } from './suites.ts';

/** CI gives up after 90 minutes, and then nobody learns what passed. */
const LONGEST_MS = 84 * 60_000;
const TIDYING_MS = 2 * 60_000;

interface Total {
  /** Steps that are one check each, and passed. */
  checks: number;
  readonly failures: string[];
  readonly tests: TestResult[];
}

/** @returns false where somebody wants no more of it */
async function runStep(suite: Suite, step: Step, total: Total, limitMs: number): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'flak-test-'));
  const file = join(directory, 'results.jsonl');
  try {
    const environment = { ...process.env, ...step.environment, FLAK_TEST_RESULTS: file };
    const { code, overran, interrupted } = await runBounded(step.command, environment, limitMs);
    const { tests, running, ended } = readRun(file);
    const failed = tests.filter(({ state }) => state === 'failed');
    total.tests.push(...tests);
    total.failures.push(...failed.map(({ title }) => `${suite.name}: ${title}`));
    const at = running === undefined ? '' : `, in: ${running}`;
    if (overran)
      total.failures.push(`${suite.name}: ${step.title}: killed after ${Math.round(limitMs / 60_000)} minutes${at}`);
    else if (step.isMocha && !ended) total.failures.push(`${suite.name}: ${step.title}: exit ${code}${at}`);
    else if (code !== 0 && failed.length === 0) total.failures.push(`${suite.name}: ${step.title}: exit ${code}`);
    else if (!step.isMocha) total.checks += 1;
    return !interrupted;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function limitOf({ limitMinutes, tidies }: Step, leftMs: number): number {
  return Math.min(limitMinutes * 60_000, tidies ? Math.max(leftMs, TIDYING_MS) : leftMs);
}

async function runSteps(steps: readonly (readonly [Suite, Step])[], total: Total): Promise<void> {
  const began = performance.now();
  for (const [suite, step] of steps) {
    const tookMs = performance.now() - began;
    if (tookMs > LONGEST_MS && !step.tidies) {
      total.failures.push(`${suite.name}: ${step.title}: not run, the time was over`);
      continue;
    }
    process.stdout.write(`\n== ${suite.name}: ${step.title}  (${Math.round(tookMs / 1000)} s)\n`);
    if (!(await runStep(suite, step, total, limitOf(step, LONGEST_MS - tookMs)))) {
      total.failures.push(`${suite.name}: ${step.title}: interrupted; what comes after it was not run`);
      return;
    }
  }
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such suite: ${unknown.join(', ')}; there are ${SUITES.map((s) => s.name).join(', ')}\n`);
    process.exit(2);
  }
  const total: Total = { checks: 0, failures: [], tests: [] };
  const began = performance.now();
  const suites = SUITES.filter((each) => asked.length === 0 || asked.includes(each.name));
  await runSteps(
    suites.flatMap((suite) => suite.steps.map((step) => [suite, step] as const)),
    total,
  );
  mkdirSync('.out', { recursive: true });
  writeFileSync(LAST_RUN, JSON.stringify(total.tests));
  for (const failure of total.failures) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`\n${Math.round((performance.now() - began) / 1000)} s\n`);
  const passed = total.checks + total.tests.filter(({ state }) => state === 'passed').length;
  const skipped = total.tests.filter(({ state }) => state === 'skipped').length;
  process.stdout.write(`${passed} passed, ${total.failures.length} failed, ${skipped} skipped\n`);
  process.exitCode = total.failures.length > 0 ? 1 : 0;
}

await main();
