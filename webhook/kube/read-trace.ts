/** From objects that Flak itself wrote to the facts that the controller decides from. */
import { z } from 'zod';
import { FALCO_STATES, FILE_REASONS } from '../../profile/probe-words.ts';
import type { FalcoState, FileReason } from '../../profile/probe-words.ts';
import type { FalcoSection, FilesSection } from '../../profile/probes.ts';
import { completenessSchema, workloadSchema } from '../../profile/syscall-profile.ts';
import type { FalcoFacts, FilesFacts, ReportFacts, TraceFacts } from '../controller/facts.ts';
import { TRACE_PHASES } from '../controller/trace-status.ts';
import type { TraceStatus } from '../controller/trace-status.ts';
import { LABELS } from '../names.ts';
import { anyObjectSchema, metadataSchema, readWith } from './read-object.ts';
import { parseTraceState } from './trace-state.ts';

const containerSchema = z.object({
  name: z.string(),
  kind: z.enum(['init', 'sidecar', 'app', 'ephemeral']),
  command: z.array(z.string()),
  image: z.string(),
  imageDigest: z.string(),
});

const probesSchema = z.object({
  ledger: z.enum(['before-gate', 'late']),
  falco: z
    .object({
      state: z.enum(Object.keys(FALCO_STATES) as [FalcoState, ...FalcoState[]]),
      detail: z.string().optional(),
      version: z.string().optional(),
      drops: z.number(),
      gaps: z.number(),
      shed: z.number(),
    })
    .optional(),
  files: z
    .object({
      linesKept: z.number(),
      linesDropped: z.number(),
      linesUploaded: z.number(),
      reasons: z.array(z.enum(Object.keys(FILE_REASONS) as [FileReason, ...FileReason[]])),
    })
    .optional(),
});

const statusSchema = z.object({
  phase: z.enum(TRACE_PHASES),
  node: z.string().optional(),
  workload: workloadSchema.optional(),
  containers: z.array(containerSchema).optional(),
  tracer: z.string().optional(),
  armedAt: z.string().optional(),
  gateOpenedAt: z.string().optional(),
  endedAt: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  probes: probesSchema.optional().catch(undefined),
  completeness: completenessSchema.optional(),
  profiles: z.array(z.string()).optional(),
});

const traceSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ podName: z.string(), podUid: z.string() }),
  status: z.unknown().optional(),
});

/** Zod's optionals may be present and undefined; a status has no such fields. */
function withoutUndefined(status: z.infer<typeof statusSchema>): TraceStatus {
  return Object.fromEntries(
    Object.entries(status).filter(([, value]) => value !== undefined),
  ) as unknown as TraceStatus;
}

/** Of finished traces, by far the most, nothing matters here but the phase and since when. */
function slim(status: TraceStatus): TraceStatus {
  const { phase, endedAt } = status;
  if (phase !== 'Complete' && phase !== 'Untraced') return status;
  return { phase, ...(endedAt === undefined ? {} : { endedAt }) };
}

export function readTrace(object: unknown): TraceFacts | null {
  const trace = readWith(traceSchema, object);
  if (trace === null) return null;
  const { metadata, spec } = trace;
  const status = readWith(statusSchema, trace.status ?? null);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    podUid: spec.podUid,
    podName: spec.podName,
    resourceVersion: metadata.resourceVersion,
    status: status === null ? null : slim(withoutUndefined(status)),
  };
}

/** The newest report of a trace, without its recordings (up to 512 KiB each). */
export function readReport(object: unknown): { readonly podUid: string; readonly report: ReportFacts } | null {
  const podUid = readWith(anyObjectSchema, object)?.metadata.labels[LABELS.targetUid];
  if (podUid === undefined) return null;
  try {
    return { podUid, report: factsOf(parseTraceState(object).report) };
  } catch {
    return null;
  }
}

function slimFalco({ state, detail, version, readyAt, drops, gaps, gapsOmitted, shed }: FalcoSection): FalcoFacts {
  return { state, detail, version, readyAt, drops, gaps, gapsOmitted, shed };
}

function slimFiles({ lines, reasons }: FilesSection): FilesFacts {
  return { lines, reasons };
}

function factsOf(report: ReturnType<typeof parseTraceState>['report']): ReportFacts {
  if (report.kind === 'refused') return { kind: report.kind, refusal: report.refusal, detail: report.detail };
  const { kind, arming, armedAt, gateOpenedAt, falco, files } = report;
  return {
    kind,
    arming,
    armedAt,
    gateOpenedAt,
    falco: falco ? slimFalco(falco) : null,
    files: files ? slimFiles(files) : null,
  };
}
