/** `PUT /v1/traces/<uid>/reports/<number>` */
import type { Request, Response } from 'express';
import { sendError, type ApiResult } from './answers.ts';
import { recordReport, type RecordOutcome } from './record-report.ts';
import type { TraceApiDeps, TraceApiLimits } from './trace-api.ts';

const RESULTS: Record<RecordOutcome['kind'], ApiResult> = {
  stored: 'answered',
  repeated: 'answered',
  malformed: 'malformed',
  taken: 'taken',
  finished: 'finished',
  'too-large': 'too-large',
  'try-later': 'try-later',
};

export function createPutReport(
  { pods, traceState, onResult }: Pick<TraceApiDeps, 'pods' | 'traceState' | 'onResult'>,
  limits: TraceApiLimits,
) {
  async function outcomeOf({ params, body }: ReportPut): Promise<RecordOutcome> {
    // Storing for a closed trace would leave an object behind for nothing.
    if (!pods.isOpen(params.uid)) {
      const found = await pods.lookUp(params.uid);
      if (found.kind !== 'ok') return { kind: 'try-later', message: 'the target could not be looked up' };
      if (found.value === undefined) return { kind: 'finished' };
    }
    if (!Buffer.isBuffer(body)) return { kind: 'malformed', problems: ['body: not application/json'] };
    const number = /^[1-9]\d{0,6}$/.test(params.number) ? Number(params.number) : undefined;
    if (number === undefined) return { kind: 'malformed', problems: ['number: not a positive integer'] };
    return recordReport(traceState, { podUid: params.uid, number, body }, limits.reportBytes);
  }

  return async (request: ReportPut, response: Response): Promise<void> => {
    const outcome = await outcomeOf(request);
    const result = RESULTS[outcome.kind];
    onResult('report', result);
    // A repeated report gets the same answer as the first time, so that a lost answer costs nothing.
    if (result === 'answered') response.json({ number: Number(request.params.number) });
    else sendError(response, result, detailsOf(outcome));
  };
}

type ReportPut = Request<{ uid: string; number: string }, unknown, unknown>;

function detailsOf(outcome: RecordOutcome): object {
  if (outcome.kind === 'taken') return { newest: outcome.newest };
  return outcome.kind === 'malformed' ? { problems: outcome.problems } : {};
}
