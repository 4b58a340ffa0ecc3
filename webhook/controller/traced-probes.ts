/** What a Trace says of its probes, from the newest report. Pure. */
import type { FalcoFacts, FilesFacts } from './facts.ts';
import type { TracedProbes } from './trace-status.ts';

interface Reported {
  readonly arming: TracedProbes['ledger'];
  readonly falco?: FalcoFacts | null | undefined;
  readonly files?: FilesFacts | null | undefined;
}

export function tracedProbes({ arming, falco, files }: Reported): TracedProbes {
  return {
    ledger: arming,
    ...(falco == null ? {} : { falco: falcoOf(falco) }),
    ...(files == null ? {} : { files: filesOf(files) }),
  };
}

function falcoOf({
  state,
  detail,
  version,
  drops,
  gaps,
  gapsOmitted,
  shed,
}: FalcoFacts): NonNullable<TracedProbes['falco']> {
  return {
    state,
    ...(detail === '' ? {} : { detail }),
    ...(version === null ? {} : { version }),
    drops,
    gaps: gaps.length + gapsOmitted,
    shed: shed.length,
  };
}

function filesOf({ lines, reasons }: FilesFacts): NonNullable<TracedProbes['files']> {
  return { linesKept: lines.kept, linesDropped: lines.dropped, linesUploaded: lines.uploaded, reasons };
}
