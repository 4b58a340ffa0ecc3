/** ISO 8601 instants as they travel: `…:05Z` and `…:05.5Z` don't sort as strings. */

/** Negative when `a` is earlier. Two spellings of one instant are ordered too, so that no result depends on who is first. */
export function compareInstants(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b) || compareText(a, b);
}

export function earlierOf(a: string, b: string): string {
  return compareInstants(a, b) <= 0 ? a : b;
}

export function laterOf(a: string, b: string): string {
  return compareInstants(a, b) >= 0 ? a : b;
}

/** By code unit: the same order on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The instant that a boot clock shows, to the millisecond. */
export function instantOf(bootedAt: string, bootNs: string): string {
  return new Date(Date.parse(bootedAt) + Number(BigInt(bootNs) / 1_000_000n)).toISOString();
}
