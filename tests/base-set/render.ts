/** The measured base sets as the TypeScript file that is checked in. */
import type { MeasuredBaseSet } from '../../profile/base-set.ts';

export function renderMeasured(sets: readonly MeasuredBaseSet[]): string {
  const sorted = [...sets].sort((a, b) => (`${a.runtime} ${a.version}` < `${b.runtime} ${b.version}` ? -1 : 1));
  return `/** Written by \`npm run base-set\` (tests/base-set/measure.ts, which says how); do not edit. */
import type { MeasuredBaseSet } from './base-set.ts';

export const MEASURED: readonly MeasuredBaseSet[] = ${JSON.stringify(sorted, null, 2)};
`;
}
