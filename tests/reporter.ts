/** Mocha's spec reporter, which also prints the reason of every skipped test and writes down what each test did (tests/results.ts). */
import { relative } from 'node:path';
import Mocha from 'mocha';
import { figuresOf } from './figure.ts';
import { type TestResult, writeLine } from './results.ts';
import { SKIP_REASON } from './skip.ts';

function writeResult(
  test: Mocha.Test,
  state: TestResult['state'],
  figures: readonly string[] = [],
  title = test.fullTitle(),
): void {
  writeLine({ result: { file: relative(process.cwd(), test.file ?? ''), title, state, figures } });
}

function reasonOf(test: Mocha.Test): string | undefined {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at !== undefined; at = at.parent) {
    const reason = (at as unknown as Record<symbol, unknown>)[SKIP_REASON];
    if (typeof reason === 'string') return reason;
  }
  return undefined;
}

/** Of a failure's message, where it happens; the whole one comes at the end. */
const SAID_CHARACTERS = 1000;

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
    runner.on('test', (test) => {
      writeLine({ begun: test.fullTitle() });
    });
    runner.on('pass', (test) => {
      const figures = figuresOf(test);
      writeResult(test, 'passed', figures);
      for (const figure of figures) process.stdout.write(`      measured: ${figure}\n`);
    });
    runner.on('fail', (test, error: unknown) => {
      writeResult(test, 'failed');
      // Now, and not only at the end: a run of an hour may be killed before.
      const said = error instanceof Error ? error.message : String(error);
      process.stdout.write(`      failed: ${said.slice(0, SAID_CHARACTERS)}\n`);
    });
    runner.on('pending', (test) => {
      const reason = reasonOf(test);
      // A skip without a reason is a failure of the suite's author.
      if (reason === undefined) writeResult(test, 'failed', [], `${test.fullTitle()}: skipped without a reason`);
      else {
        writeResult(test, 'skipped', [`skipped: ${reason}`]);
        process.stdout.write(`      skipped: ${reason}\n`);
      }
    });
    runner.on('end', () => {
      writeLine({ ended: true });
    });
  }
}

// Mocha loads a reporter as the module's default or as `module.exports`: this string export is what Node's require(esm) returns.
export { CountingReporter as 'module.exports' };
