import type { Group } from './groups.ts';
export function runtimeBaseSets(): readonly Group[] {
  return [];
}
