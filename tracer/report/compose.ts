/** What the tracer knows, put into the form that crosses the wire. Pure. */
import type { FalcoSection, FilesSection } from '../../profile/probes.ts';
import type {
  ContainerRecording,
  Note,
  PartialReason,
  RecordedReport,
  Refusal,
  RefusedReport,
  Report,
} from '../../profile/recording.ts';
import { foldRestarts, narrowValues } from '../../profile/union-recordings.ts';
import { withoutProbeLists } from '../../profile/without-probe-lists.ts';

/** The store takes no larger report, nor one of more containers (docs/wire.md). */
export const REPORT_BOUNDS = { bytes: 512 * 1024, containers: 512 } as const;

/** What doesn't change between the reports of one tracer. */
export interface ReportHead {
  readonly podUid: string;
  readonly node: Report['node'];
}

export interface Recorded {
  readonly kind: RecordedReport['kind'];
  readonly takenAt: Date;
  readonly arming: RecordedReport['arming'];
  readonly armedAt: Date;
  readonly gateOpenedAt: Date | null;
  readonly containers: readonly ContainerRecording[];
  readonly reasons: readonly PartialReason[];
  readonly notes: readonly Note[];
  readonly falco: FalcoSection;
  readonly files?: FilesSection;
}

export function recordedReport(head: ReportHead, number: number, recorded: Recorded): RecordedReport {
  return {
    version: 1,
    number,
    ...head,
    ...recorded,
    takenAt: recorded.takenAt.toISOString(),
    armedAt: recorded.armedAt.toISOString(),
    gateOpenedAt: recorded.gateOpenedAt?.toISOString() ?? null,
    containers: [...recorded.containers],
    reasons: [...new Set(recorded.reasons)],
    notes: [...new Set(recorded.notes)],
  };
}

export interface Refused {
  readonly takenAt: Date;
  readonly refusal: Refusal;
  readonly detail: string;
}

export function refusedReport(head: ReportHead, number: number, { takenAt, refusal, detail }: Refused): RefusedReport {
  const shortened = detail.slice(0, 1024);
  return { version: 1, number, ...head, kind: 'refused', takenAt: takenAt.toISOString(), refusal, detail: shortened };
}

/** Tuples of a call that are still told where a report would be too large: values go before calls do. */
const NARROWER = [16, 4, 0] as const;

/**
 * The bytes to send. Where the report would be refused otherwise, restarts are folded into one recording per container,
 * then the lists of the second probe are left out, then calls with many values of their arguments become wide.
 */
export function encodeReport(report: Report): Buffer {
  if (report.kind === 'refused') return encode(report);
  if (report.containers.length <= REPORT_BOUNDS.containers && fits(encode(report))) return encode(report);
  const folded = foldRestarts(report.containers);
  const bare = withoutProbeLists(report);
  const smaller = [
    { ...report, containers: folded },
    ...[folded, ...NARROWER.map((most) => narrowValues(folded, most))].map((containers) => ({ ...bare, containers })),
  ].map(encode);
  return smaller.find(fits) ?? (smaller.at(-1) as Buffer);
}

function encode(report: Report): Buffer {
  return Buffer.from(JSON.stringify(report));
}

function fits(bytes: Buffer): boolean {
  return bytes.length <= REPORT_BOUNDS.bytes;
}
