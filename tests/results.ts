/**
 * What the tests of one mocha run did: tests/reporter.ts writes it line by line, so that a run which is killed leaves what it has
 * shown so far and the name of the test that it was at.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface TestResult {
  /** From the checkout's root. */
  readonly file: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly figures: readonly string[];
}

type Line = { readonly begun: string } | { readonly result: TestResult } | { readonly ended: true };

export interface TestRun {
  readonly tests: readonly TestResult[];
  /** The test that had begun and was not over; undefined between tests and in hooks. */
  readonly running: string | undefined;
  /** False where mocha didn't come to its end. */
  readonly ended: boolean;
}

/** Adds a line to the file that FLAK_TEST_RESULTS names; does nothing where it names none. */
export function writeLine(line: Line): void {
  const file = process.env['FLAK_TEST_RESULTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Reads what a run has written; nothing, and not ended, for one that never began. A last line cut short is passed over. */
export function readRun(file: string): TestRun {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const last = lines.at(-1);
  return {
    tests: lines.flatMap((line) => ('result' in line ? [line.result] : [])),
    running: last !== undefined && 'begun' in last ? last.begun : undefined,
    ended: last !== undefined && 'ended' in last,
  };
}
