/** The tracers' API under `/v1/traces` (docs/wire.md). */
import express, { Router, type NextFunction, type Request, type Response } from 'express';
import type { Authenticate } from './authenticate.ts';
import { createGetOrder } from './get-order.ts';
import { createGetPlacement } from './get-placement.ts';
import type { GetPlacementDeps } from './get-placement.ts';
import type { PodView } from './pod-view.ts';
import { createPutReport } from './put-report.ts';
import type { TraceState } from './trace-state.ts';
import { createAuthorize } from './authorize.ts';
import { sendError, type ApiResult } from './answers.ts';

/**
 * 512 KiB: a report is stored in one ConfigMap (≤ 1 MiB) beside its digests, and a pod's worst case is some 60 kB per container.
 * 25 s: shorter than the idle limits of usual proxies. 4096 polls: about 150 MB of TLS connections; a tracer beyond it gets
 * its answer at once and is asked to wait before the next one.
 */
export const TRACE_API_LIMITS = {
  reportBytes: 512 * 1024,
  waitSeconds: 25,
  polls: 4096,
  retryAfterSeconds: 5,
} as const;
export type TraceApiLimits = { readonly [K in keyof typeof TRACE_API_LIMITS]: number };

export interface TraceApiDeps {
  readonly authenticate: Authenticate;
  readonly pods: PodView;
  readonly traceState: TraceState;
  /** Ends all waits: polls under way are answered with the order of that moment. */
  readonly signal: AbortSignal;
  readonly findPlacement: GetPlacementDeps['findPlacement'];
  /** Told once per request, for metrics. */
  readonly onResult: (route: 'report' | 'order' | 'placement', result: ApiResult) => void;
  /** Told of unexpected failures; the tracer only sees a 500. */
  readonly onFailure: (error: unknown) => void;
  readonly limits?: TraceApiLimits;
}

/** @returns a router to be mounted at the root; expected failures are answers, unexpected ones go to `onFailure` */
export function traceApi(deps: TraceApiDeps): Router {
  const limits = deps.limits ?? TRACE_API_LIMITS;
  const router = Router();
  const authorize = createAuthorize(deps);
  // Not inflated: a compressed body could be far larger than the limit that was checked.
  const rawBody = express.raw({ type: 'application/json', limit: limits.reportBytes, inflate: false });
  router.put('/v1/traces/:uid/reports/:number', authorize('report'), rawBody, createPutReport(deps, limits));
  router.get('/v1/traces/:uid/orders', authorize('order'), createGetOrder(deps, limits));
  router.get('/v1/traces/:uid/placement', authorize('placement'), createGetPlacement(deps));
  router.use('/v1/traces', answerFailure(deps));
  return router;
}

/** What body parsing refuses (413, 415, 400 on an aborted upload) comes here as an error that carries its status. */
function answerFailure(deps: TraceApiDeps) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const route = request.method === 'PUT' ? 'report' : request.path.endsWith('/placement') ? 'placement' : 'order';
    const status = clientStatusOf(error);
    if (status === undefined) deps.onFailure(error);
    const result: ApiResult =
      status === 413
        ? 'too-large'
        : status === 415
          ? 'unsupported-encoding'
          : status === undefined
            ? 'failed'
            : 'malformed';
    deps.onResult(route, result);
    // Too late for an answer: express ends the connection.
    if (response.headersSent) next(error);
    else sendError(response, result);
  };
}

function clientStatusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
