/** The store's configuration: environment variables, checked once, every mistake reported together. */
import { z } from 'zod';
import { LOG_LEVELS } from '../telemetry/log.ts';

const port = (preset: number) => z.coerce.number().int().min(1).max(65_535).default(preset);
const bytes = (preset: number) => z.coerce.number().int().min(4096).max(Number.MAX_SAFE_INTEGER).default(preset);

const GIB = 1024 ** 3;

/** docs/files.md has a row for each (a test compares them). */
export const filesEnvironmentSchema = z.object({
  FLAK_FILES_ROOT: z.string().regex(/^\//, 'must be an absolute path').default('/var/lib/flak-files'),
  FLAK_FILES_TRACE_BYTES: bytes(GIB),
  FLAK_FILES_TOTAL_BYTES: bytes(9 * GIB),
  FLAK_FILES_WHEN_FULL: z.enum(['refuse', 'remove-oldest']).default('refuse'),
  FLAK_HTTPS_PORT: port(8443),
  FLAK_METRICS_PORT: port(8080),
  FLAK_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  FLAK_KUBECONFIG: z.string().min(1).optional(),
});

export type FilesConfiguration = ReturnType<typeof arrange>;

/** @returns the configuration, or one line per mistake */
export function parseFilesConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
):
  | { readonly kind: 'valid'; readonly configuration: FilesConfiguration }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] } {
  const parsed = filesEnvironmentSchema.safeParse(environment);
  if (parsed.success) return { kind: 'valid', configuration: arrange(parsed.data) };
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { kind: 'invalid', mistakes };
}

function arrange(env: z.infer<typeof filesEnvironmentSchema>) {
  return {
    root: env.FLAK_FILES_ROOT,
    limits: {
      traceBytes: env.FLAK_FILES_TRACE_BYTES,
      totalBytes: env.FLAK_FILES_TOTAL_BYTES,
      whenFull: env.FLAK_FILES_WHEN_FULL,
    },
    httpsPort: env.FLAK_HTTPS_PORT,
    metricsPort: env.FLAK_METRICS_PORT,
    logLevel: env.FLAK_LOG_LEVEL,
    kubeconfig: env.FLAK_KUBECONFIG ?? null,
  } as const;
}
