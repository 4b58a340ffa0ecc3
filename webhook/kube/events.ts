/** Kubernetes Events on targets: words for people. Each is said once; one that can't be said is dropped and counted. */
import { EVENT_REASONS } from '../controller/event-reasons.ts';
import type { EventReason } from '../controller/event-reasons.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { KINDS } from './kinds.ts';
import { createResource } from './resource.ts';
import type { PodRef } from './patch-pod.ts';
import type { KubeRequest } from './request.ts';

export interface EventDeps {
  readonly request: KubeRequest;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Hexadecimal, to tell the names of Events apart. */
  readonly randomSuffix: () => string;
  /** Name of the replica. */
  readonly identity: string;
  readonly onDropped: (reason: EventReason) => void;
}

export type RecordEvent = (pod: PodRef, reason: EventReason, message: string) => void;

/** 10 000 targets with a few Events each; an API server keeps Events for an hour, so nothing is said twice within one. */
const SAID = { entries: 50_000, ms: 3_600_000 } as const;
/** Requests under way. */
const MAX_UNDER_WAY = 8;
/** Of 250 targets that come at once with four Events each; beyond it Events are dropped: they explain, they don't decide. */
const MAX_WAITING = 1000;
/** core/v1 Event.message (k8s.io/kubernetes/pkg/apis/core/validation/events.go). */
const MAX_MESSAGE = 1024;

/** Never waits and never throws for what the API server answers. */
export function createRecordEvent(deps: EventDeps): RecordEvent {
  const said = createBoundedCache<true>(SAID.entries, SAID.ms, deps.now);
  const events = createResource(deps.request, KINDS.events);
  const waiting: { readonly namespace: string; readonly reason: EventReason; readonly event: object }[] = [];
  let underWay = 0;

  async function tell(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { namespace, event, reason } = next;
      const told = await events.create(namespace, event).catch(() => null);
      if (told?.kind !== 'ok') deps.onDropped(reason);
    }
    underWay -= 1;
  }

  return (pod, reason, message) => {
    const key = `${pod.uid}/${reason}`;
    if (said.get(key) !== undefined) return;
    if (waiting.length >= MAX_WAITING) {
      deps.onDropped(reason);
      return;
    }
    said.set(key, true);
    waiting.push({ namespace: pod.namespace, reason, event: eventOf(deps, pod, reason, message) });
    if (underWay >= MAX_UNDER_WAY) return;
    underWay += 1;
    void tell();
  };
}

function eventOf(deps: EventDeps, pod: PodRef, reason: EventReason, message: string): object {
  const at = new Date(deps.now()).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod.name.slice(0, 230)}.${deps.randomSuffix()}`, namespace: pod.namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name, uid: pod.uid },
    type: EVENT_REASONS[reason],
    reason,
    message: message.slice(0, MAX_MESSAGE),
    // metav1.Time has whole seconds. Without `eventTime` the API server keeps to the rules of core/v1 Events.
    firstTimestamp: `${at.slice(0, 19)}Z`,
    lastTimestamp: `${at.slice(0, 19)}Z`,
    count: 1,
    reportingComponent: 'flak.dev/controller',
    reportingInstance: deps.identity,
    source: { component: 'flak' },
  };
}
