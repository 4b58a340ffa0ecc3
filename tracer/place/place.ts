/** A canary's profile is put onto the node before its gate opens, and taken away when its trace is over. */
import type { Logger } from 'pino';
import type { Placement } from '../../profile/placement.ts';
import type { Clock } from '../clock.ts';
import { backoffMs } from '../report/backoff.ts';
import type { NotNow } from '../report/control-plane.ts';
import type { Bell } from '../run/bell.ts';
import type { Hearing } from '../run/hearing.ts';
import type { PlacedFiles } from './placed-files.ts';

export type Placed = { readonly kind: 'placed' } | { readonly kind: 'refused'; readonly detail: string };

export interface Place {
  /** Asks what is to be placed and places it. A target that is ending is not waited for. */
  put(): Promise<Placed>;
  remove(): void;
}

/** Any target but a canary. */
export const NOTHING_TO_PLACE: Place = {
  put: () => Promise.resolve({ kind: 'placed' }),
  remove: () => undefined,
};

export interface PlaceDeps {
  /** undefined where the node doesn't tell where its kubelet lives. */
  readonly files: PlacedFiles | undefined;
  readonly askPlacement: () => Promise<Placement | NotNow>;
  readonly hearing: Pick<Hearing, 'order' | 'stopping'>;
  readonly bell: Pick<Bell, 'wait'>;
  readonly clock: Pick<Clock, 'steadyMs'>;
  readonly random: () => number;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export function createPlace(deps: PlaceDeps): Place {
  let names: readonly string[] = [];
  return {
    put: async () => {
      const { files, log } = deps;
      if (files === undefined) return refused("the root of the node's kubelet was not found among its mounts");
      const placement = await ask(deps);
      if (placement === 'ending') return { kind: 'placed' };
      if (placement.kind === 'refused') return refused(placement.reason);
      names = placement.files.map(({ name }) => name);
      try {
        files.put(placement.files);
      } catch (error) {
        log.warn({ err: error }, 'A profile could not be placed');
        return refused(error instanceof Error ? error.message : String(error));
      }
      log.info({ names }, 'The profiles are placed');
      return { kind: 'placed' };
    },
    remove: () => {
      if (names.length > 0) deps.files?.remove(names);
      names = [];
    },
  };
}

function refused(detail: string): Placed {
  return { kind: 'refused', detail };
}

async function ask(deps: PlaceDeps): Promise<Placement | 'ending'> {
  for (let failures = 1; ; failures += 1) {
    if (deps.hearing.order() !== 'record' || deps.hearing.stopping() !== null) return 'ending';
    const answer = await deps.askPlacement();
    if (answer.kind !== 'not-now') return answer;
    deps.log.warn({ failures, reason: answer.message }, 'The placement could not be asked for yet');
    await deps.bell.wait(deps.clock.steadyMs() + backoffMs(failures, deps.random(), answer.retryAfterMs));
  }
}
