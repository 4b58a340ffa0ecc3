/** The groups that Flak's profiles declare. */
import type { Group } from './groups.ts';
import { PORTABILITY } from './portability.ts';
import { runtimeBaseSets } from './runtime-base-set.ts';

/** Every group, so that a profile recorded on one node works on another, whatever runtime that one has. */
export function declaredGroups(): readonly Group[] {
  return [...runtimeBaseSets(), PORTABILITY];
}
