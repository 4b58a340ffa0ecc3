/**
 * `npm run evidence [-- FILE…]`: runs the tests behind docs/evidence.md again (all, or those of FILE…) and rewrites the page.
 * `npm run evidence -- --last-run` takes the results of the `npm test` just run in this checkout instead; rows of files that it didn't run stay.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun, type TestResult } from '../results.ts';
import { LAST_RUN } from './last-run.ts';
import { mochaOptions } from '../suites.ts';
import { commandOf, type LastRun, parsePage, renderPage } from './page.ts';
import { EVIDENCE } from './rows.ts';

const PAGE = 'docs/evidence.md';

/** Runs one test file whole and returns what its tests did; empty when mocha couldn't start. */
function runFile(file: string, scratch: string): readonly TestResult[] {
  const results = join(scratch, 'results.jsonl');
  const environment = { ...process.env, FLAK_TEST_RESULTS: results };
  spawnSync('mocha', [...mochaOptions(600_000), file], { stdio: 'inherit', env: environment });
  const { tests } = readRun(results);
  rmSync(results, { force: true });
  return tests;
}

/** How the results of a file's tests come about; empty for a file that wasn't run. */
type Results = (file: string) => readonly TestResult[];

function lastRun(): Results {
  const tests = JSON.parse(readFileSync(LAST_RUN, 'utf8')) as TestResult[];
  return (file) => tests.filter((test) => test.file === file);
}

function main(): void {
  const [first, ...others] = process.argv.slice(2);
  const takeLast = first === '--last-run';
  const asked = takeLast || first === undefined ? others : [first, ...others];
  const files = [...new Set(EVIDENCE.map((row) => row.file))].filter(
    (file) => asked.length === 0 || asked.includes(file),
  );
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const last = existsSync(PAGE) ? parsePage(readFileSync(PAGE, 'utf8')) : new Map<string, LastRun>();
  const scratch = mkdtempSync(join(tmpdir(), 'flak-evidence-'));
  const resultsOf: Results = takeLast ? lastRun() : (file) => runFile(file, scratch);
  try {
    for (const file of files) {
      const results = resultsOf(file);
      // `npm test` doesn't run the soak tests: what was seen of them before stands.
      if (takeLast && results.length === 0) continue;
      for (const row of EVIDENCE.filter((each) => each.file === file)) {
        // Several where a title stands in a loop: the worst of them counts.
        const own = results.filter(({ title }) => title.endsWith(row.test));
        const result = own.find(({ state }) => state !== 'passed') ?? own[0];
        const date = new Date().toISOString().slice(0, 10);
        last.set(commandOf(row), {
          state: result?.state ?? 'failed',
          commit,
          date,
          figures: own.flatMap(({ figures }) => figures).join('; '),
        });
      }
      writeFileSync(PAGE, renderPage(EVIDENCE, last));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const bad = EVIDENCE.filter((row) => last.get(commandOf(row))?.state !== 'passed');
  for (const row of bad) process.stdout.write(`not shown: ${row.promise} (${row.file}: ${row.test})\n`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

main();
