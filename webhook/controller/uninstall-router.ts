/** `POST /uninstall`: the ValidatingWebhook on DELETE of Flak's own objects. */
import express, { Router } from 'express';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import { bodyBudget } from '../body-budget.ts';
import { LABELS } from '../names.ts';
import type { Deleted } from './own-object.ts';
import { letGoOfEverything } from './uninstall.ts';
import type { Remaining, UninstallDeps } from './uninstall.ts';

/** Flak's own objects have some tens of kilobytes; a removal holds a few reviews at a time. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const BODIES_TOTAL_BYTES = 8 * BODY_LIMIT_BYTES;

const metadataSchema = z.object({
  name: z.string().default(''),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  labels: z.record(z.string(), z.string()).nullish(),
});

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    operation: z.string(),
    resource: z.object({ group: z.string(), version: z.string(), resource: z.string() }),
    dryRun: z.boolean().nullish(),
    oldObject: z.object({ metadata: metadataSchema }).nullish(),
  }),
});
type Review = z.infer<typeof reviewSchema>['request'];

/** What of Flak's is deleted; null where nothing is. The name is the object's: that of the request is empty when a collection goes. */
function deletedBy({ operation, dryRun, resource, oldObject }: Review): Deleted | null {
  if (operation !== 'DELETE' || dryRun === true || oldObject == null) return null;
  const { name, namespace, uid, labels } = oldObject.metadata;
  if (labels?.[LABELS.partOf] !== 'flak') return null;
  const { group, version, resource: plural } = resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { apiVersion, plural, namespace: namespace === '' ? null : namespace, name, uid };
}

function warningsOf(remaining: Remaining | null): readonly string[] {
  if (remaining === null) return [];
  const { heldPods, closedGates, tracers } = remaining;
  if (heldPods + closedGates + tracers === 0) return [];
  return [
    `Flak could not let go of everything in time: ${heldPods} pods with its finalizer, ${closedGates} closed gates, ${tracers} tracers are left.`,
  ];
}

export interface UninstallRouterDeps extends UninstallDeps {
  /** Told of each request that was turned away because too much was under way. */
  readonly onBusy: () => void;
}

/** @param signal answers what is held at once when the replica shuts down */
export function uninstallRouter(deps: UninstallRouterDeps, signal: AbortSignal): Router {
  const router = Router();
  const json = express.json({ limit: BODY_LIMIT_BYTES, type: 'application/json', inflate: false });
  const budget = bodyBudget({
    limitBytes: BODY_LIMIT_BYTES,
    totalBytes: BODIES_TOTAL_BYTES,
    onExceeded: deps.onBusy,
  });
  router.post('/uninstall', budget, json, async (request: Request, response: Response) => {
    const parsed = reviewSchema.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).type('text/plain').send('not an AdmissionReview of admission.k8s.io/v1');
      return;
    }
    const { uid } = parsed.data.request;
    const deleted = deletedBy(parsed.data.request);
    const warnings = deleted === null ? [] : warningsOf(await letGoOfEverything(deps, deleted, signal));
    const answer = { uid, allowed: true, ...(warnings.length > 0 ? { warnings } : {}) };
    response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer });
  });
  router.use('/uninstall', refuseBody);
  return router;
}

/** What express.json() throws carries a status (413, 415, 400); anything else is a failure of ours. */
const refuseBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (response.headersSent || typeof status !== 'number' || status >= 500) next(error);
  else response.status(status).type('text/plain').send('not an AdmissionReview that is read here');
};
