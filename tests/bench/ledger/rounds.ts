/** Takes turns: in each round everybody is attached once, in random order, and all measures are taken. */
import type { Sample } from './callers.ts';
import type { Contestant } from './contestants.ts';
import { shuffled } from './statistics.ts';

export interface Measure {
  readonly name: string;
  take(): Promise<Sample>;
}

/** Samples by contestant and measure, one per round. */
export type Samples = Map<string, Map<string, Sample[]>>;

export interface Rounds {
  readonly kept: number;
  /** Rounds that were thrown away: somebody else's programs were there too. */
  readonly disturbed: number;
}

export interface RoundsDeps {
  readonly contestants: readonly Contestant[];
  readonly measures: readonly Measure[];
  /** True while programs of others trace on this machine. */
  readonly isDisturbed: () => boolean;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const PAUSE_MS = 200;

type Round = Map<Contestant, Map<Measure, Sample>>;

async function takeTurn({ measures }: RoundsDeps, contestant: Contestant): Promise<Map<Measure, Sample>> {
  contestant.programs.attach();
  try {
    const taken = new Map<Measure, Sample>();
    for (const measure of measures) taken.set(measure, await measure.take());
    return taken;
  } finally {
    contestant.programs.detach();
  }
}

/** Null where it was disturbed. */
async function takeRound(deps: RoundsDeps): Promise<Round | null> {
  const round: Round = new Map();
  for (const contestant of shuffled(deps.contestants, Math.random)) {
    if (deps.isDisturbed()) return null;
    round.set(contestant, await takeTurn(deps, contestant));
  }
  return deps.isDisturbed() ? null : round;
}

function addTo(samples: Samples, round: Round): void {
  for (const [{ name }, taken] of round) {
    const own = samples.get(name) ?? new Map<string, Sample[]>();
    samples.set(name, own);
    for (const [measure, sample] of taken) own.set(measure.name, [...(own.get(measure.name) ?? []), sample]);
  }
}

/** Adds as many rounds to the samples as asked for, or as begin before the end. The first one warms up and isn't kept. @param endMs on the clock of `nowMs` */
export async function playRounds(deps: RoundsDeps, samples: Samples, rounds: number, endMs: number): Promise<Rounds> {
  for (const { name } of deps.contestants) if (!samples.has(name)) samples.set(name, new Map());
  let kept = 0;
  let disturbed = 0;
  await takeRound(deps);
  while (kept < rounds && deps.nowMs() < endMs) {
    const round = await takeRound(deps);
    if (round === null) {
      disturbed++;
      await deps.sleep(PAUSE_MS);
      continue;
    }
    kept++;
    addTo(samples, round);
  }
  return { kept, disturbed };
}
