/** A pod template as far as a canary changes it; what isn't named here is copied as it is. */
import { z } from 'zod';

const seccompSchema = z.looseObject({ type: z.string() }).optional();

const containerSchema = z.looseObject({
  name: z.string(),
  ports: z.array(z.looseObject({ hostPort: z.number().optional() })).optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).optional(),
  volumeDevices: z.array(z.looseObject({ name: z.string() })).optional(),
  securityContext: z.looseObject({ privileged: z.boolean().optional(), seccompProfile: seccompSchema }).optional(),
});
export type TemplateContainer = z.infer<typeof containerSchema>;

const volumeSchema = z.looseObject({
  name: z.string(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
});
export type TemplateVolume = z.infer<typeof volumeSchema>;

const stringMap = z.record(z.string(), z.string()).optional();

export const podTemplateSchema = z.object({
  metadata: z.object({ labels: stringMap, annotations: stringMap }).optional(),
  spec: z.looseObject({
    containers: z.array(containerSchema).min(1),
    initContainers: z.array(containerSchema).optional(),
    volumes: z.array(volumeSchema).optional(),
    restartPolicy: z.string().optional(),
    securityContext: z.looseObject({ seccompProfile: seccompSchema }).optional(),
  }),
});
export type PodTemplate = z.infer<typeof podTemplateSchema>;
