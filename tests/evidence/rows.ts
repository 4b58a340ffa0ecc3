/**
 * Every promise and the test that shows it. docs/evidence.md is written from this table by `npm run evidence`;
 * `npm test` fails when a row's test no longer exists or the page misses a row (tests/unit/evidence/rows.test.ts).
 */
import { ACCURACY_ROWS } from './accuracy-rows.ts';
import { CLI_ROWS } from './cli-rows.ts';
import { FALCO_ROWS } from './falco-rows.ts';
import { FILES_ROWS } from './files-rows.ts';
import { FOUNDATION_ROWS } from './foundation-rows.ts';
import { LEDGER_ROWS } from './ledger-rows.ts';
import { LOCAL_ROWS } from './local-rows.ts';
import type { EvidenceRow } from './row.ts';
import { TROUBLE_ROWS } from './trouble-rows.ts';
import { VERIFY_ROWS } from './verify-rows.ts';

export const EVIDENCE: readonly EvidenceRow[] = [
  ...FOUNDATION_ROWS,
  ...ACCURACY_ROWS,
  ...LEDGER_ROWS,
  ...LOCAL_ROWS,
  ...FILES_ROWS,
  ...FALCO_ROWS,
  ...TROUBLE_ROWS,
  ...VERIFY_ROWS,
  ...CLI_ROWS,
];
