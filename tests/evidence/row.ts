/** A promise and its test. */

export interface EvidenceRow {
  readonly promise: string;
  /** Path of the test file, from the checkout's root. */
  readonly file: string;
  /** The test's own title, as its `it('…')` has it. */
  readonly test: string;
}

/** The promises that one file shows. @param file below tests/, without `.test.ts` */
export function rowsOf(file: string, pairs: readonly (readonly [promise: string, test: string])[]): EvidenceRow[] {
  return pairs.map(([promise, test]) => ({ promise, file: `tests/${file}.test.ts`, test }));
}
