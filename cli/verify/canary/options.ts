/** The options of `flak verify WORKLOAD`, as the command line gives them. */
import type { PlaceOptions } from '../../connection.ts';

export interface CanaryOptions extends PlaceOptions {
  readonly container?: string;
  /** Seconds. */
  readonly for?: number;
  readonly untilReady?: boolean;
  /** Seconds. */
  readonly readyTimeout?: number;
  readonly withTraffic?: boolean;
  readonly propose?: string;
  readonly output?: 'json';
}

/** Seconds: of serving, of a Job's work, and of becoming ready, images pulled and gate included. */
export const CANARY_TIMES = { serves: 30, works: 600, ready: 180 } as const;
