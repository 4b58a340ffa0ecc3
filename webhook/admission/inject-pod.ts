/** What the webhook would make of a pod, computed without a cluster: `flak inject -f pod.yaml`. */
import jsonpatch from 'fast-json-patch';
import { z } from 'zod';
import { LABELS } from '../names.ts';
import { admit } from './admit.ts';
import type { GateSettings } from './decide.ts';
import { podSchema } from './pod.ts';
import { SKIP_REASONS, type SkipReason } from './reasons.ts';

export interface OfflineSettings extends GateSettings {
  /** Of the namespace the pod is meant for; `flak.dev/trace=true` unless told otherwise, since the answer is asked for. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

export type InjectedPod =
  | { readonly kind: 'traced'; readonly pod: unknown; readonly warnings: readonly string[] }
  | { readonly kind: 'skipped'; readonly pod: unknown; readonly reason: SkipReason; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** Stands where the webhook will sign; whatever is sent to a cluster with it gets a real one there. */
const UNSIGNED_TRACE_ID = 'unsigned';

/**
 * The manifest is left as it is; the answer holds a changed copy.
 * Throws only if a patch of ours doesn't apply to the pod it was written for, which is a defect.
 */
export function injectPod(manifest: unknown, settings: OfflineSettings): InjectedPod {
  const parsed = podSchema.safeParse(manifest);
  if (!parsed.success) return { kind: 'malformed', message: z.prettifyError(parsed.error) };
  const pod = parsed.data;
  const facts = {
    pod,
    namespace: pod.metadata.namespace ?? 'default',
    namespaceFacts: { labels: settings.namespaceLabels ?? { [LABELS.trace]: 'true' }, terminating: false },
    runtimeClass: undefined,
    podFailurePolicy: false,
    traceIdValid: false,
    controllerAlive: true,
    gateImageAvailable: true,
    uninstalling: false,
  } as const;
  const { decision, patch } = admit(facts, settings, () => UNSIGNED_TRACE_ID);
  const changed: unknown = jsonpatch.applyPatch(manifest, [...patch], true, false).newDocument;
  return decision.kind === 'trace'
    ? { kind: 'traced', pod: changed, warnings: decision.warnings }
    : { kind: 'skipped', pod: changed, reason: decision.reason, message: SKIP_REASONS[decision.reason] };
}
