import assert from 'node:assert/strict';
import jsonpatch from 'fast-json-patch';
import { admit, type Answer } from '../../../../webhook/admission/admit.ts';
import type { AdmissionFacts, GateSettings } from '../../../../webhook/admission/decide.ts';
import type { Operation } from '../../../../webhook/admission/patch.ts';
import { podSchema, type Container, type Pod } from '../../../../webhook/admission/pod.ts';

export const SETTINGS: GateSettings = {
  gateImage: 'registry.example/flak/gate@sha256:0123',
  gateTimeoutSeconds: 60,
  defaultMedium: 'hostPath',
};

/** A pod that asks for a trace, before anyone has added anything. */
export function requestingPod(spec: object = {}, metadata: object = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { 'flak.dev/trace': 'true' }, ...metadata },
    spec: { containers: [{ name: 'app', image: 'nginx' }], ...spec },
  };
}

/** Facts under which nothing stands in the way. */
export function factsOf(manifest: unknown, changed: Partial<AdmissionFacts> = {}): AdmissionFacts {
  return {
    pod: podSchema.parse(manifest),
    namespace: 'shop',
    namespaceFacts: { labels: {}, terminating: false },
    runtimeClass: undefined,
    podFailurePolicy: false,
    traceIdValid: false,
    controllerAlive: true,
    gateImageAvailable: true,
    uninstalling: false,
    ...changed,
  };
}

/** Applies as strictly as fast-json-patch can, to a copy. */
export function applied(manifest: unknown, patch: readonly Operation[]): unknown {
  return jsonpatch.applyPatch(manifest, structuredClone([...patch]), true, false).newDocument;
}

export interface Mutated {
  readonly answer: Answer;
  readonly manifest: unknown;
  readonly pod: Pod;
}

/** One call of the webhook and the API server's application of its patch. */
export function mutate(
  manifest: unknown,
  changed: Partial<AdmissionFacts> = {},
  traceId = 'first',
  settings: GateSettings = SETTINGS,
): Mutated {
  const answer = admit(factsOf(manifest, changed), settings, () => traceId);
  const result = applied(manifest, answer.patch);
  return { answer, manifest: result, pod: podSchema.parse(result) };
}

export function skipReason({ decision }: Answer): string {
  return decision.kind === 'skip' ? decision.reason : assert.fail('the pod was given a gate');
}

export function gateOf(pod: Pod): Container {
  const gate = pod.spec.initContainers?.[0];
  assert.equal(gate?.name, 'flak-gate');
  return gate;
}
