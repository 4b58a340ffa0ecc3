/** What a tracer is told to do. Derived from the target whenever it is asked for, stored nowhere. */
import type { Order } from '../../profile/recording.ts';

/** What this replica knows of a target that exists. */
export interface Target {
  /** The pod has a deletion timestamp. */
  readonly deleting: boolean;
  /** The pod's phase is Succeeded or Failed: no container of it will start again. */
  readonly terminal: boolean;
  /** IDs (64 hex digits) of its containers that the pod's status calls ready. */
  readonly ready: readonly string[];
}

export interface OrderFacts {
  /** Undefined where no pod has that UID any more, or nobody wants its trace. */
  readonly target: Target | undefined;
  /** Flak is being removed from the cluster. */
  readonly uninstalling: boolean;
}

/**
 * @param last the tracer has been told to stop and asks what to do with its slot: it can't be told to go on recording
 */
export function orderFor({ target, uninstalling }: OrderFacts, last: boolean): Order {
  if (uninstalling || target === undefined) return 'leave';
  if (target.deleting || target.terminal) return 'flush';
  return last ? 'hand-over' : 'record';
}
