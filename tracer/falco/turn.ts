/** One Falco from its start to its end. */
import type { Clock } from '../clock.ts';
import type { FalcoChild } from './child.ts';
import { SILENCE_MS } from './endurance.ts';
import type { Sight } from './sight.ts';

export interface TurnEnd {
  /** `stopped`: because it was to. `overloaded`: to be started again at once. `ended`, `silent`: its own fault. */
  readonly why: 'stopped' | 'overloaded' | 'ended' | 'silent';
  readonly detail: string;
  /** How long it showed events. */
  readonly watchedMs: number;
}

export interface TurnDeps {
  readonly sight: Sight;
  readonly start: () => FalcoChild;
  readonly clock: Pick<Clock, 'steadyMs' | 'sleep'>;
  /** Ends the turn. */
  readonly signal: AbortSignal;
}

/** It needs half a second. */
const STOP_MS = 2_000;
/** How soon an end or an overload is seen to. */
const LOOK_MS = 1_000;

export async function takeTurn({ sight, start, clock, signal }: TurnDeps): Promise<TurnEnd> {
  sight.begin();
  const child = start();
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const ended = child.ended.then(({ detail }) => {
    over.abort();
    return detail;
  });
  let why: TurnEnd['why'] | undefined;
  while (!either.aborted) {
    if (sight.isOverloaded) why = 'overloaded';
    else if (clock.steadyMs() - sight.lastLineMs >= SILENCE_MS) why = 'silent';
    if (why !== undefined) break;
    await clock.sleep(LOOK_MS, either);
  }
  why ??= over.signal.aborted ? 'ended' : 'stopped';
  const watchedMs = clock.steadyMs() - (sight.shownSinceMs ?? clock.steadyMs());
  const detail = why === 'ended' ? await ended : (await child.stop(STOP_MS)).detail;
  sight.blind(why === 'overloaded' ? 'overloaded' : 'crashed', child.lost());
  return { why, detail: why === 'silent' ? `it showed nothing for ${SILENCE_MS} ms` : detail, watchedMs };
}
