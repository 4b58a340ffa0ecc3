/** What a tracer is told: its order, and which of its target's containers are ready. Derived at the moment of the answer. */
import { createHash } from 'node:crypto';
import { MAX_READY, type Order } from '../../profile/recording.ts';
import { orderFor, type OrderFacts } from './order.ts';

export interface Told {
  readonly order: Order;
  /** Sorted, so that replicas agree on the digest. */
  readonly ready: readonly string[];
  /** By which the tracer says which `ready` it knows. */
  readonly seen: string;
}

/** @param last as in `orderFor` */
export function tell(facts: OrderFacts, last: boolean): Told {
  const ready = (facts.target?.ready ?? []).toSorted().slice(0, MAX_READY);
  const seen = createHash('sha256').update(ready.join()).digest('hex').slice(0, 16);
  return { order: orderFor(facts, last), ready, seen };
}

/** What the tracer says it knows; undefined where it doesn't say. */
export interface Known {
  readonly known: Order | undefined;
  /** Tracers of earlier versions don't ask who is ready: for them only another order is news. */
  readonly seen: string | undefined;
}

export function isNews({ order, seen }: Told, before: Known): boolean {
  return order !== before.known || (before.seen !== undefined && before.seen !== seen);
}
