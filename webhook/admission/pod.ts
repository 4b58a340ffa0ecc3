/**
 * The parts of a pod that admission looks at. The API server has validated nothing yet when a mutating webhook is asked,
 * and manifests given to the CLI were never validated at all, so absent, null and empty are all expected here.
 * Patches are written against the original object: what is not named here is neither read nor lost.
 */
import { z } from 'zod';

const stringMap = z.record(z.string(), z.string());

const quantities = z.record(z.string(), z.union([z.string(), z.number()]));

/** A quantity is a string in JSON, and may be a bare number in YAML. */
export type Quantities = z.infer<typeof quantities>;

/** Loose: a gate is recognised by comparing all of it. */
const containerSchema = z.looseObject({
  name: z.string(),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).nullish(),
  resources: z.object({ requests: quantities.nullish(), limits: quantities.nullish() }).nullish(),
});
export type Container = z.infer<typeof containerSchema>;

const volumeSchema = z.looseObject({ name: z.string() });
export type Volume = z.infer<typeof volumeSchema>;

const ownerSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  controller: z.boolean().nullish(),
});

const expressionSchema = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() });

const nodeAffinitySchema = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .object({ nodeSelectorTerms: z.array(z.object({ matchExpressions: z.array(expressionSchema).nullish() })) })
    .nullish(),
});

const podSecuritySchema = z.object({
  seLinuxOptions: z.record(z.string(), z.unknown()).nullish(),
  appArmorProfile: z.object({ type: z.string() }).nullish(),
});

/** What says where a pod will run, and on which kernel. */
export const placementFields = {
  nodeSelector: stringMap.nullish(),
  affinity: z.object({ nodeAffinity: nodeAffinitySchema.nullish() }).nullish(),
  tolerations: z.array(z.object({ key: z.string().nullish() })).nullish(),
  runtimeClassName: z.string().nullish(),
  schedulerName: z.string().nullish(),
  os: z.object({ name: z.string() }).nullish(),
};

const specSchema = z.object({
  containers: z.array(containerSchema).min(1),
  initContainers: z.array(containerSchema).nullish(),
  volumes: z.array(volumeSchema).nullish(),
  ...placementFields,
  hostUsers: z.boolean().nullish(),
  securityContext: podSecuritySchema.nullish(),
});

export const podSchema = z.object({
  metadata: z.object({
    name: z.string().nullish(),
    generateName: z.string().nullish(),
    namespace: z.string().nullish(),
    labels: stringMap.nullish(),
    annotations: stringMap.nullish(),
    finalizers: z.array(z.string()).nullish(),
    ownerReferences: z.array(ownerSchema).nullish(),
  }),
  spec: specSchema,
});
export type Pod = z.infer<typeof podSchema>;
export type PodSpec = Pod['spec'];
export type PlacementSpec = Pick<PodSpec, keyof typeof placementFields>;
export type Owner = z.infer<typeof ownerSchema>;

/** The owner that creates and replaces the pod, if any (`metav1.GetControllerOf`). */
export function controllerOf(pod: Pod): Owner | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
