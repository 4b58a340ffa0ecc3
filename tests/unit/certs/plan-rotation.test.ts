import assert from 'node:assert/strict';
import { planRotation, type RotationFacts, type RotationStep } from '../../../certs/plan-rotation.ts';

/** Lives of 90 and 9 units: two thirds are 60 and 6. */
const AUTHORITY = { notBeforeMs: 0, notAfterMs: 90 };
const NEXT = { notBeforeMs: 60, notAfterMs: 150 };

function facts(changed: Partial<RotationFacts>): RotationFacts {
  return {
    authorities: [AUTHORITY],
    serving: { notBeforeMs: 57, notAfterMs: 66 },
    signer: 0,
    namesMatch: true,
    bundleSettled: true,
    servingSettled: true,
    ...changed,
  };
}

type Case = [title: string, nowMs: number, changed: Partial<RotationFacts>, expected: RotationStep];

const NONE: RotationStep = { kind: 'none' };
const CASES: Case[] = [
  ['everything is young', 59, {}, NONE],
  ['the authority has lived two thirds', 60, {}, { kind: 'add-authority' }],
  ['the serving certificate has lived two thirds', 63, {}, { kind: 'issue-serving', signer: 0 }],
  ['the names were changed', 58, { namesMatch: false }, { kind: 'issue-serving', signer: 0 }],
  ['nothing in the bundle signed what is served', 58, { signer: -1 }, { kind: 'issue-serving', signer: 0 }],
  ['the authority has expired', 90, {}, { kind: 'start-over' }],
  ['the new authority has not settled', 61, { authorities: [AUTHORITY, NEXT], bundleSettled: false }, NONE],
  [
    'the new authority has not settled and the serving certificate is due',
    64,
    { authorities: [AUTHORITY, NEXT], bundleSettled: false },
    { kind: 'issue-serving', signer: 0 },
  ],
  ['the new authority has settled', 61, { authorities: [AUTHORITY, NEXT] }, { kind: 'issue-serving', signer: 1 }],
  [
    'the old authority expired before the new one settled',
    90,
    { authorities: [AUTHORITY, NEXT], bundleSettled: false },
    { kind: 'issue-serving', signer: 1 },
  ],
  [
    'the new certificate has not settled',
    61,
    { authorities: [AUTHORITY, NEXT], signer: 1, servingSettled: false },
    NONE,
  ],
  [
    'the new certificate has not settled and is due',
    64,
    { authorities: [AUTHORITY, NEXT], signer: 1, servingSettled: false },
    { kind: 'issue-serving', signer: 1 },
  ],
  ['the new certificate has settled', 61, { authorities: [AUTHORITY, NEXT], signer: 1 }, { kind: 'drop-authority' }],
  ['both authorities have expired', 150, { authorities: [AUTHORITY, NEXT], signer: 1 }, { kind: 'start-over' }],
];

describe('the next step of a rotation, when', () => {
  for (const [title, nowMs, changed, expected] of CASES) {
    it(`${title}: ${expected.kind}`, () => {
      assert.deepEqual(planRotation(facts(changed), nowMs), expected);
    });
  }
});
