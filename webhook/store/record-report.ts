/** Takes one report in: parse, compare with what is stored, store. Free of HTTP. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { reportSchema, type RecordedReport, type Report } from '../../profile/recording.ts';
import { foldRestarts } from '../../profile/union-recordings.ts';
import { withoutProbeLists } from '../../profile/without-probe-lists.ts';
import type { Outcome } from '../kube/outcome.ts';
import { accept, NOTHING_STORED, type StoredReports } from './accept.ts';
import { combine } from './combine.ts';
import type { StoredTrace, TraceState } from './trace-state.ts';

/** Replicas that take reports of one trace at the same moment meet at most as often as there are tracers of it: two. */
const MAX_CONFLICTS = 5;

/**
 * - `stored`, `repeated`: the tracer may forget the report. - `malformed`: `problems` says where it differs from the schema.
 * - `taken`: number in use, the newest is `newest`. - `finished`: the trace has its final report.
 * - `too-large`: what would be kept exceeds the bound even with restarts folded and the second probe's lists left out. - `try-later`: the API server can't now.
 */
export type RecordOutcome =
  | { readonly kind: 'stored' | 'repeated' | 'finished' | 'too-large' }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] }
  | { readonly kind: 'taken'; readonly newest: number }
  | { readonly kind: 'try-later'; readonly message: string };

export interface ReportRequest {
  readonly podUid: string;
  readonly number: number;
  /** As received: the digest is taken of exactly these bytes. */
  readonly body: Buffer;
}

export async function recordReport(
  state: TraceState,
  request: ReportRequest,
  limitBytes: number,
): Promise<RecordOutcome> {
  const parsed = parseReport(request);
  if ('problems' in parsed) return { kind: 'malformed', problems: parsed.problems };
  const digest = createHash('sha256').update(request.body).digest('hex');
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt += 1) {
    const outcome = await storeOnce(state, parsed.report, digest, limitBytes);
    if (outcome !== 'conflict') return outcome;
  }
  return { kind: 'try-later', message: 'the stored trace kept changing' };
}

function parseReport({ body, podUid, number }: ReportRequest): { report: Report } | { problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return { problems: ['not JSON'] };
  }
  const parsed = reportSchema.safeParse(json);
  if (!parsed.success) return { problems: problemsOf(parsed.error) };
  const problems = [
    ...(parsed.data.podUid === podUid ? [] : ['podUid: differs from the path']),
    ...(parsed.data.number === number ? [] : ['number: differs from the path']),
  ];
  return problems.length === 0 ? { report: parsed.data } : { problems };
}

/** At most ten: enough to mend a client by, and no echo of a hostile body. */
function problemsOf(error: z.ZodError): string[] {
  return error.issues.slice(0, 10).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

async function storeOnce(
  state: TraceState,
  report: Report,
  digest: string,
  limitBytes: number,
): Promise<RecordOutcome | 'conflict'> {
  const read = await state.read(report.podUid);
  if (read.kind !== 'ok' && read.kind !== 'not-found') return notNow(read);
  const stored = read.kind === 'ok' ? read.value : undefined;
  const acceptance = accept(known(stored), { number: report.number, digest, final: report.kind === 'final' });
  switch (acceptance.kind) {
    case 'repeat':
      return { kind: 'repeated' };
    case 'taken':
    case 'finished':
      return acceptance;
    case 'store': {
      const kept = fit(combine(stored?.report, report), limitBytes);
      if (kept === undefined) return { kind: 'too-large' };
      return write(state, stored, { report: kept, digests: acceptance.digests });
    }
  }
}

async function write(
  state: TraceState,
  stored: StoredTrace | undefined,
  content: Omit<StoredTrace, 'version'>,
): Promise<RecordOutcome | 'conflict'> {
  const written =
    stored === undefined
      ? await state.create(content.report.podUid, content)
      : await state.replace(content.report.podUid, { ...content, version: stored.version });
  if (written.kind === 'ok') return { kind: 'stored' };
  // `not-found` on replacing: the controller closed the trace since it was read.
  const moved = written.kind === 'conflict' || written.kind === 'already-exists' || written.kind === 'not-found';
  return moved ? 'conflict' : notNow(written);
}

function known(stored: StoredTrace | undefined): StoredReports {
  if (stored === undefined) return NOTHING_STORED;
  const { report, digests } = stored;
  return { newest: report.number, finished: report.kind === 'final', digests };
}

function fit(report: Report, limitBytes: number): Report | undefined {
  const fits = (candidate: Report): boolean => Buffer.byteLength(JSON.stringify(candidate)) <= limitBytes;
  if (fits(report) || report.kind === 'refused') return report;
  const folded: RecordedReport = { ...report, containers: foldRestarts(report.containers) };
  return [folded, withoutProbeLists(folded)].find(fits);
}

function notNow(outcome: Exclude<Outcome<unknown>, { kind: 'ok' }>): RecordOutcome {
  return { kind: 'try-later', message: 'message' in outcome ? outcome.message : outcome.kind };
}
