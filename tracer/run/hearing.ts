/** What the run has been told, by the control plane and by the kubelet's SIGTERM. */
import type { Order } from '../../profile/recording.ts';
import { askLastOrder, followOrders, type OrdersDeps } from '../report/orders.ts';
import type { Facts } from './decide.ts';

export interface Hearing {
  /** `record` until the control plane says something else. */
  order(): Order;
  /** IDs of the containers that are ready, as far as was heard. */
  ready(): readonly string[];
  stopping(): Facts['stopping'];
}

export interface HearingDeps extends OrdersDeps {
  /** Aborted on SIGTERM. */
  readonly termination: AbortSignal;
  /** The pod's grace period, counted from SIGTERM. */
  readonly graceMs: number;
  /** Called after each change. */
  readonly onChange: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** Left of the grace period when the tracer stops waiting for an answer: enough to close what it holds before SIGKILL. */
const RESERVE_MS = 5_000;

/** Listens until `deps.signal` is aborted. */
export function startHearing(deps: HearingDeps): Hearing {
  let order: Order = 'record';
  let ready: readonly string[] = [];
  let stopping: Facts['stopping'] = null;

  function beginStopping(): void {
    const deadlineMs = deps.clock.steadyMs() + Math.max(0, deps.graceMs - RESERVE_MS);
    stopping = { deadlineMs, answer: null };
    deps.onChange();
    askLastOrder(deps).then((answer) => {
      if (answer === undefined) return;
      stopping = { deadlineMs, answer };
      deps.onChange();
    }, deps.onFailure);
  }

  followOrders(deps, (next) => {
    order = next.order;
    ready = next.ready;
    deps.onChange();
  }).catch(deps.onFailure);
  if (deps.termination.aborted) beginStopping();
  else deps.termination.addEventListener('abort', beginStopping, { once: true, signal: deps.signal });
  return { order: () => order, ready: () => ready, stopping: () => stopping };
}
