/**
 * Every promise and the test that shows it. docs/evidence.md is written from this table by `npm run evidence`;
 * `npm test` fails when a row's test no longer exists or the page misses a row (tests/unit/evidence/rows.test.ts).
 */
export interface EvidenceRow {
  readonly promise: string;
  /** Path of the test file, from the checkout's root. */
  readonly file: string;
  /** The test's own title, as its `it('…')` has it. */
  readonly test: string;
}

export const EVIDENCE: readonly EvidenceRow[] = [];
