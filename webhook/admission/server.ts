/** `POST /mutate`. */
import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { bodyBudget } from '../body-budget.ts';
import type { AdmissionMetrics, RefusedReview } from '../telemetry/admission-metrics.ts';
import { admit, type Answer } from './admit.ts';
import type { GateSettings } from './decide.ts';
import { gatherFacts, subjectOf, type FactSources } from './gather-facts.ts';
import { podSchema } from './pod.ts';
import { createsPod, parseReview, reviewResponse, untouched, type ReviewRequest } from './review.ts';
import { issueTraceId } from './trace-id.ts';

export interface AdmissionDeps extends FactSources {
  /** Asked for each review: the cluster's default medium is found, and may change, while we run. */
  readonly settings: () => GateSettings;
  readonly metrics: AdmissionMetrics;
  readonly log: Logger;
}

/** An object of etcd's limit (1.5 MiB), twice (a review may carry the old one), escaped, with room to spare. */
export const REVIEW_LIMIT_BYTES = 8 * 1024 * 1024;
/** Thousands of usual pods; parsed they take some times as much, of the 512 MiB that the manifests give us. */
const REVIEWS_TOTAL_BYTES = 8 * REVIEW_LIMIT_BYTES;

/**
 * Every answer is HTTP 200 with `allowed: true`, except to what is no review: 405, 413, 415 and 400 with one sentence, 500 where we fail, 503 when too much is under way.
 * The API server takes these for a webhook that could not be asked and, by `failurePolicy: Ignore`, lets the pod pass.
 */
export function admissionRouter(deps: AdmissionDeps): Router {
  const router = Router();
  const json = express.json({ limit: REVIEW_LIMIT_BYTES, type: 'application/json', inflate: false, strict: false });
  const budget = bodyBudget({
    limitBytes: REVIEW_LIMIT_BYTES,
    totalBytes: REVIEWS_TOTAL_BYTES,
    onExceeded: () => {
      refuse(deps, 'busy');
    },
  });
  router.post('/mutate', requireJson(deps), budget, json, review(deps));
  router.all('/mutate', refuseMethod(deps));
  router.use('/mutate', refuseFailure(deps));
  return router;
}

function review(deps: AdmissionDeps): RequestHandler {
  return async (request, response) => {
    const startedMs = performance.now();
    const parsed = parseReview(request.body);
    if (parsed.kind === 'malformed') {
      refuse(deps, 'not-a-review');
      response.status(400).type('text/plain').send(parsed.message);
      return;
    }
    const answer = await answerReview(parsed.request, deps);
    response.json(reviewResponse(parsed.request.uid, answer));
    record(deps, parsed.request, answer, performance.now() - startedMs);
  };
}

async function answerReview(request: ReviewRequest, deps: AdmissionDeps): Promise<Answer> {
  if (!createsPod(request)) return untouched('not-a-pod-creation');
  const parsed = podSchema.safeParse(request.object);
  if (!parsed.success) return untouched('malformed');
  const pod = parsed.data;
  const namespace = request.namespace ?? pod.metadata.namespace ?? '';
  const facts = await gatherFacts(pod, namespace, deps);
  return admit(facts, deps.settings(), () => issueTraceId(subjectOf(pod, namespace), deps.now(), deps.crypto));
}

function record({ metrics, log }: AdmissionDeps, request: ReviewRequest, { decision }: Answer, tookMs: number): void {
  const reason = decision.kind === 'trace' ? 'gate-added' : decision.reason;
  metrics.reviews.inc({ decision: decision.kind, reason });
  metrics.duration.observe(tookMs / 1000);
  const { uid, namespace, dryRun } = request;
  log.info({ review: uid, namespace, dryRun: dryRun === true, decision: decision.kind, reason }, 'reviewed a pod');
}

function refuse({ metrics, log }: AdmissionDeps, reason: RefusedReview, error?: unknown): void {
  metrics.reviews.inc({ decision: 'refused', reason });
  log.warn({ reason, err: error }, 'refused what was no review');
}

function requireJson(deps: AdmissionDeps): RequestHandler {
  return (request, response, next) => {
    if (request.is('application/json') !== false) {
      next();
      return;
    }
    refuse(deps, 'unsupported-media-type');
    response.status(415).type('text/plain').send('Content-Type must be application/json');
  };
}

function refuseMethod(deps: AdmissionDeps): RequestHandler {
  return (_request, response) => {
    refuse(deps, 'method-not-allowed');
    response.status(405).set('Allow', 'POST').type('text/plain').send('Only POST is served here');
  };
}

/** What express.json() throws carries the status; anything else is a failure of ours. */
function refuseFailure(deps: AdmissionDeps): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, reason, sentence } = REFUSALS.find(({ status }) => status === statusOf(error)) ?? FAILED;
    refuse(deps, reason, error);
    response.status(status).type('text/plain').send(sentence);
  };
}

interface Refusal {
  readonly status: number;
  readonly reason: RefusedReview;
  readonly sentence: string;
}

const REFUSALS: readonly Refusal[] = [
  { status: 413, reason: 'too-large', sentence: `A review may have ${REVIEW_LIMIT_BYTES} bytes at most` },
  { status: 415, reason: 'unsupported-media-type', sentence: 'The body must be uncompressed UTF-8' },
  { status: 400, reason: 'not-json', sentence: 'The body is not JSON' },
];

const FAILED: Refusal = { status: 500, reason: 'internal-error', sentence: 'The review failed; the log says why' };

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
}
