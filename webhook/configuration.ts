/** The control plane's configuration: environment variables, checked once, every mistake reported together. */
import { z } from 'zod';
import type { ProbeSettings } from './controller/tracer-probes.ts';
import { LOG_LEVELS } from './telemetry/log.ts';
import { FALCO_WISHES, FILES_WISHES, MAX_STRING } from './wishes.ts';

const image = z.string().min(1).max(512).regex(/^\S+$/, 'must be an image reference');
const seconds = (min: number, max: number, preset: number) => z.coerce.number().int().min(min).max(max).default(preset);
const bytes = (min: number, preset: number) =>
  z.coerce
    .number()
    .int()
    .min(min)
    .max(2 ** 40)
    .default(preset);
const port = (preset: number) => z.coerce.number().int().min(1).max(65_535).default(preset);
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = (preset: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'must be a Kubernetes quantity')
    .default(preset);

/**
 * docs/configuration.md has a row for each (a test compares them). None is called `FLAK_PORT` or `FLAK_SERVICE_…`: such
 * variables are set in Flak's pods by the kubelet, for the Service `flak`.
 */
export const environmentSchema = z.object({
  FLAK_GATE_IMAGE: image,
  FLAK_GATE_IMAGE_MIRROR: image.optional(),
  FLAK_TRACER_IMAGE: image,
  FLAK_GATE_TIMEOUT_SECONDS: seconds(1, 600, 60),
  FLAK_GATE_MEDIUM: z.enum(['auto', 'hostPath', 'annotation']).default('auto'),
  FLAK_FLUSH_DEADLINE_SECONDS: seconds(5, 300, 30),
  FLAK_TRACERS_PER_NODE: z.coerce.number().int().min(1).max(110).default(10),
  FLAK_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  FLAK_TRACER_CPU_REQUEST: quantity('10m'),
  FLAK_TRACER_MEMORY_REQUEST: quantity('64Mi'),
  FLAK_TRACER_MEMORY_LIMIT: quantity('512Mi'),
  FLAK_FALCO: z.enum(FALCO_WISHES).default('optional'),
  FLAK_FALCOS_PER_NODE: z.coerce.number().int().min(1).max(110).default(5),
  FLAK_FALCO_MEMORY_LIMIT: quantity('1Gi'),
  FLAK_FILES: z.enum(FILES_WISHES).default('summary'),
  FLAK_FILES_MAX_STRING: z.coerce.number().int().min(MAX_STRING.least).max(MAX_STRING.most).default(MAX_STRING.preset),
  FLAK_FILES_ROTATE_BYTES: bytes(65_536, 104_857_600),
  FLAK_FILES_CAP_BYTES: bytes(1_048_576, 268_435_456),
  FLAK_HTTPS_PORT: port(8443),
  FLAK_METRICS_PORT: port(8080),
  FLAK_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  FLAK_KUBECONFIG: z.string().min(1).optional(),
  POD_NAME: z.string().min(1).max(253),
});

export interface Configuration {
  readonly gate: {
    readonly image: string;
    /** null where no second reference is configured. */
    readonly imageMirror: string | null;
    readonly timeoutSeconds: number;
    /** `auto`: found by a dry-run create in flak-probe. */
    readonly medium: 'auto' | 'hostPath' | 'annotation';
  };
  readonly tracer: {
    readonly image: string;
    readonly cpuRequest: string;
    readonly memoryRequest: string;
    readonly memoryLimit: string;
    readonly perNode: number;
  };
  readonly probes: ProbeSettings;
  readonly flushDeadlineMs: number;
  /** Targets worked on at the same time. */
  readonly concurrency: number;
  readonly httpsPort: number;
  readonly metricsPort: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** null: the ServiceAccount's, in the cluster. */
  readonly kubeconfig: string | null;
  /** This replica among all. */
  readonly identity: string;
}

export type ParsedConfiguration =
  | { readonly kind: 'valid'; readonly configuration: Configuration }
  /** One line per mistake. */
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] };

export function parseConfiguration(environment: Readonly<Record<string, string | undefined>>): ParsedConfiguration {
  const parsed = environmentSchema.safeParse(environment);
  if (parsed.success) return { kind: 'valid', configuration: arrange(parsed.data) };
  return {
    kind: 'invalid',
    mistakes: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  };
}

function arrange(env: z.infer<typeof environmentSchema>): Configuration {
  return {
    gate: {
      image: env.FLAK_GATE_IMAGE,
      imageMirror: env.FLAK_GATE_IMAGE_MIRROR ?? null,
      timeoutSeconds: env.FLAK_GATE_TIMEOUT_SECONDS,
      medium: env.FLAK_GATE_MEDIUM,
    },
    tracer: {
      image: env.FLAK_TRACER_IMAGE,
      cpuRequest: env.FLAK_TRACER_CPU_REQUEST,
      memoryRequest: env.FLAK_TRACER_MEMORY_REQUEST,
      memoryLimit: env.FLAK_TRACER_MEMORY_LIMIT,
      perNode: env.FLAK_TRACERS_PER_NODE,
    },
    probes: {
      falco: env.FLAK_FALCO,
      falcosPerNode: env.FLAK_FALCOS_PER_NODE,
      falcoMemoryLimit: env.FLAK_FALCO_MEMORY_LIMIT,
      files: env.FLAK_FILES,
      filesMaxString: env.FLAK_FILES_MAX_STRING,
      filesRotateBytes: env.FLAK_FILES_ROTATE_BYTES,
      filesCapBytes: env.FLAK_FILES_CAP_BYTES,
    },
    flushDeadlineMs: env.FLAK_FLUSH_DEADLINE_SECONDS * 1000,
    concurrency: env.FLAK_CONCURRENCY,
    httpsPort: env.FLAK_HTTPS_PORT,
    metricsPort: env.FLAK_METRICS_PORT,
    logLevel: env.FLAK_LOG_LEVEL,
    kubeconfig: env.FLAK_KUBECONFIG ?? null,
    identity: env.POD_NAME,
  };
}
