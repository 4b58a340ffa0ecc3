/** A report in fewer bytes. */
import type { RecordedReport } from './recording.ts';

/** What stands beside what the ledger saw goes before any of that does. Its states and counts stay. */
export function withoutProbeLists({ falco, files, ...report }: RecordedReport): RecordedReport {
  return {
    ...report,
    ...(falco && { falco: { ...falco, calls: [], detail: 'the report had no room for the calls' } }),
    ...(files && { files: { ...files, containers: [], reasons: ['paths-folded'] } }),
  };
}
