/** What the controller and the tracers' API do, in figures. Labels are closed unions, never a name. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Action } from '../controller/actions.ts';
import type { Genuineness } from '../controller/own-object.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { ApiResult } from '../store/answers.ts';

export interface ControllerMetrics {
  readonly onAction: (kind: Action['kind'], outcome: Outcome<unknown>['kind']) => void;
  readonly onApiResult: (route: 'report' | 'order' | 'placement', result: ApiResult) => void;
  readonly onEventDropped: () => void;
  readonly onWatchTrouble: () => void;
  readonly onUninstallReview: (judged: Genuineness | 'busy') => void;
  readonly onStored: (phase: 'Complete' | 'Untraced') => void;
}

/** Read when the metrics are scraped. */
export interface ControllerFigures {
  readonly queueDepth: () => number;
  readonly tracers: () => number;
  readonly leading: () => boolean;
}

function counter<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Counter<L> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

export function controllerMetrics(registry: Registry, figures: ControllerFigures): ControllerMetrics {
  const actions = counter(registry, 'flak_controller_actions_total', 'What was done about targets', [
    'action',
    'outcome',
  ]);
  const requests = counter(registry, 'flak_trace_api_requests_total', "Requests of the tracers' API", [
    'route',
    'result',
  ]);
  const events = counter(registry, 'flak_events_dropped_total', 'Kubernetes Events that could not be said', []);
  const troubles = counter(registry, 'flak_watch_troubles_total', 'Watches that ended badly and began anew', []);
  const uninstalls = counter(registry, 'flak_uninstall_reviews_total', 'Reviews that say Flak is being removed', [
    'judged',
  ]);
  const traces = counter(registry, 'flak_traces_finished_total', 'Traces that came to their end', ['phase']);
  gauge(registry, 'flak_controller_queue_depth', 'Targets waiting or being worked on', figures.queueDepth);
  gauge(registry, 'flak_tracers', 'Tracer pods in the cluster', figures.tracers);
  gauge(registry, 'flak_leader', '1 on the replica that leads', () => (figures.leading() ? 1 : 0));
  return {
    onAction: (action, outcome) => {
      actions.inc({ action, outcome });
    },
    onApiResult: (route, result) => {
      requests.inc({ route, result });
    },
    onEventDropped: () => {
      events.inc();
    },
    onWatchTrouble: () => {
      troubles.inc();
    },
    onUninstallReview: (judged) => {
      uninstalls.inc({ judged });
    },
    onStored: (phase) => {
      traces.inc({ phase });
    },
  };
}
