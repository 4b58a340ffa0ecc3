/** Promises about Falco as the second probe, in the control plane: row F10. */
import type { EvidenceRow } from './row.ts';

const CROSS_CHECK = 'tests/unit/profile/cross-check.test.ts';
const CONTRIBUTED = 'tests/unit/profile/contributed-probes.test.ts';
const UNION = 'tests/unit/profile/union-falco.test.ts';
const NODE = 'tests/e2e/falco.test.ts';

export const FALCO_ROWS: readonly EvidenceRow[] = [
  {
    promise: 'F10: on a node both probes agree, and the profile says so',
    file: NODE,
    test: 'agrees, and the profile says so',
  },
  {
    promise: 'F10: a Falco that exits, floods, prints garbage or dies in a line touches no call of a profile',
    file: NODE,
    test: 'touches no call of the profile, however it fails',
  },
  {
    promise: 'F10: a required Falco that hangs holds the gate no longer than its bound, and is said to be missing',
    file: NODE,
    test: 'holds a gate that requires it no longer than its bound, and the profile says that it was missing',
  },
  {
    promise: 'F10: a tracer without Falco is no error; the Trace says so and the profile is whole',
    file: NODE,
    test: 'is no error where there is none: the Trace says so, and the profile is whole',
  },
  {
    promise: 'F10: what Falco alone saw is named in the completeness, and changes no call of the profile',
    file: CONTRIBUTED,
    test: 'lowers the level by what Falco alone saw, of the container where it did, and changes no call',
  },
  {
    promise: 'F10: known differences between the probes are no disagreement',
    file: CROSS_CHECK,
    test: 'takes no known difference for a disagreement: never reported, told as another call, a 32-bit call under its 64-bit name',
  },
  {
    promise: "F10: a successor's Falco takes nothing back that its predecessor saw, in whatever order reports come",
    file: UNION,
    test: 'take nothing back that one of them said',
  },
];
