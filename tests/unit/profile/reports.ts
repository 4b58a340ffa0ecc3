/** A valid report to vary in tests. */
import type { RecordedReport } from '../../../profile/recording.ts';

export function recordedReport(changes: Partial<RecordedReport>): RecordedReport {
  return {
    version: 1,
    number: 2,
    kind: 'final',
    podUid: '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11',
    takenAt: '2025-01-01T00:01:00Z',
    node: {
      name: 'node-1',
      bootId: '8f5d9c1e-0000-4000-8000-000000000001',
      kernel: '6.1.0-1-amd64',
      architecture: 'x86_64',
      cgroups: 'v2',
    },
    arming: 'before-gate',
    armedAt: '2025-01-01T00:00:00Z',
    gateOpenedAt: '2025-01-01T00:00:01Z',
    containers: [],
    reasons: [],
    notes: [],
    ...changes,
  };
}
