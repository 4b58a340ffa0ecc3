/** The fields of a pod that the controller looks at (core/v1 Pod). Unknown ones are ignored. */
import { z } from 'zod';
import { placementFields } from '../admission/pod.ts';
import { commandFields } from './read-commands.ts';
import { instantSchema, metadataSchema } from './read-object.ts';

const words = z.array(z.string()).nullish();
const containerSchema = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: words,
  args: words,
  restartPolicy: z.string().nullish(),
  volumeMounts: z.array(z.object({ mountPath: z.string(), readOnly: z.boolean().nullish() })).nullish(),
  ...commandFields,
});
export type ContainerSpec = z.infer<typeof containerSchema>;

const stateSchema = z
  .object({
    waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
    running: z.object({ startedAt: instantSchema.nullish() }).nullish(),
    terminated: z
      .object({
        exitCode: z.number().default(0),
        startedAt: instantSchema.nullish(),
        finishedAt: instantSchema.nullish(),
        containerID: z.string().nullish(),
      })
      .nullish(),
  })
  .nullish();
export type RawState = z.infer<typeof stateSchema>;

const containerStatusSchema = z.object({
  name: z.string(),
  imageID: z.string().default(''),
  containerID: z.string().nullish(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: stateSchema,
  lastState: stateSchema,
});
export type ContainerStatus = z.infer<typeof containerStatusSchema>;

const containers = z.array(containerSchema).nullish();
const statuses = z.array(containerStatusSchema).nullish();

export const podSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    nodeName: z.string().nullish(),
    terminationGracePeriodSeconds: z.number().nullish(),
    ...placementFields,
    initContainers: containers,
    containers,
    ephemeralContainers: containers,
    volumes: z.array(z.object({ name: z.string() })).nullish(),
  }),
  status: z
    .object({
      phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).nullish(),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: instantSchema.nullish() }))
        .nullish(),
      initContainerStatuses: statuses,
      containerStatuses: statuses,
      ephemeralContainerStatuses: statuses,
    })
    .nullish(),
});
export type RawPod = z.infer<typeof podSchema>;
