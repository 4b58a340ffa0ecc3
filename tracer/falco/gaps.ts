/** When Falco did not watch. Pure. */
import { PROBE_BOUNDS } from '../../profile/probe-words.ts';
import type { FalcoSection } from '../../profile/probes.ts';

type Gap = FalcoSection['gaps'][number];

export interface Gaps {
  /** A gap begins, unless one lasts already: then it is the same one, for its first reason. */
  open(why: Gap['why'], from: Date): void;
  /** Falco watches (again). */
  close(to: Date): void;
  /** One that is over. */
  add(why: Gap['why'], from: Date, to: Date): void;
  list(): Pick<FalcoSection, 'gaps' | 'gapsOmitted'>;
  changes(): number;
}

/** Of more gaps than are told the first ones are, and the one that lasts; the others are counted. */
export function createGaps(): Gaps {
  const over: Gap[] = [];
  let lasting: Gap | undefined;
  let [omitted, changes] = [0, 0];

  function keep(gap: Gap): void {
    if (over.length < PROBE_BOUNDS.gaps - 1) over.push(gap);
    else omitted += 1;
  }

  return {
    open: (why, from) => {
      if (lasting !== undefined) return;
      lasting = { from: from.toISOString(), to: null, why };
      changes += 1;
    },
    close: (to) => {
      if (lasting === undefined) return;
      // By the wall clock, which may have been set back meanwhile.
      keep({ ...lasting, to: new Date(Math.max(to.getTime(), Date.parse(lasting.from))).toISOString() });
      lasting = undefined;
      changes += 1;
    },
    add: (why, from, to) => {
      keep({ from: from.toISOString(), to: new Date(Math.max(to.getTime(), from.getTime())).toISOString(), why });
      changes += 1;
    },
    list: () => ({ gaps: lasting === undefined ? [...over] : [...over, lasting], gapsOmitted: omitted }),
    changes: () => changes,
  };
}
