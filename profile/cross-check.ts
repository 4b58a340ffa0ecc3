/**
 * Two probes watched the same container in different ways; what they say is held against each other here. The ledger
 * decides the profile whatever comes out.
 */
import { isMadeBy } from './calls.ts';
import { reportedAs } from './falco-names.ts';
import { compareText } from './instants.ts';
import type { ProfiledCall } from './syscall-profile.ts';
import { ORIGINS } from './vocabulary.ts';

/** Names as the kernel has them; each list sorted. */
export interface Agreement {
  /** What Falco reported. */
  readonly saw: readonly string[];
  /** Seen by Falco and not by the ledger, which can't drop a call: each one has to be explained. */
  readonly onlyFalco: readonly string[];
  /** Seen by the ledger and not by Falco, which drops events under load and starts later: no surprise. */
  readonly onlyLedger: readonly string[];
}

/** The runtime's set-up happens partly outside of the container's cgroup, where Falco doesn't look. */
const HELD = ORIGINS.filter((origin) => origin !== 'setup' && origin !== 'runtime-filtered');

/**
 * @param calls of one container in one trace, all origins, denied ones too: Falco sees each call return, whoever made it
 * and whoever answered it
 * @param reported by Falco of the same container, under the kernel's names
 */
export function crossCheck(calls: readonly ProfiledCall[], reported: readonly string[]): Agreement {
  const saw = new Set(reported);
  const explained = new Set(calls.flatMap(({ abi, name }) => reportedAs(abi, name)));
  const missed = calls.filter((call) => isMadeBy(call, HELD) && isMissed(call, saw));
  return {
    saw: sorted(saw),
    onlyFalco: sorted(saw.difference(explained)),
    onlyLedger: sorted(new Set(missed.map(({ name }) => name))),
  };
}

function isMissed({ abi, name }: ProfiledCall, saw: ReadonlySet<string>): boolean {
  const names = reportedAs(abi, name);
  return names.length > 0 && !names.some((each) => saw.has(each));
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].sort(compareText);
}
