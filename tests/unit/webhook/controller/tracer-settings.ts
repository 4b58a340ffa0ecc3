/** What the configuration gives every tracer, by default. */
import type { TracerSettings } from '../../../../webhook/controller/tracer-pod.ts';

export const TRACER_SETTINGS: TracerSettings = {
  tracerCpuRequest: '10m',
  tracerMemoryRequest: '64Mi',
  tracerMemoryLimit: '512Mi',
  probes: {
    falco: 'optional',
    files: 'summary',
    filesMaxString: 150,
    falcosPerNode: 5,
    falcoMemoryLimit: '1Gi',
    filesRotateBytes: 104_857_600,
    filesCapBytes: 268_435_456,
  },
  flushDeadlineMs: 30_000,
  gateTimeoutMs: 60_000,
};
