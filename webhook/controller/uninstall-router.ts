/** `POST /uninstall`: the ValidatingWebhook on DELETE of Flak's own objects. */
import express, { Router } from 'express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { LABELS } from '../names.ts';
import { letGoOfEverything } from './uninstall.ts';
import type { Remaining, UninstallDeps } from './uninstall.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    operation: z.string(),
    dryRun: z.boolean().nullish(),
    oldObject: z
      .object({ metadata: z.object({ labels: z.record(z.string(), z.string()).nullish() }).nullish() })
      .nullish(),
  }),
});
type Review = z.infer<typeof reviewSchema>['request'];

function removesFlak({ operation, dryRun, oldObject }: Review): boolean {
  return operation === 'DELETE' && dryRun !== true && oldObject?.metadata?.labels?.[LABELS.partOf] === 'flak';
}

function warningsOf({ heldPods, closedGates, tracers }: Remaining): readonly string[] {
  if (heldPods + closedGates + tracers === 0) return [];
  return [
    `Flak could not let go of everything in time: ${heldPods} pods with its finalizer, ${closedGates} closed gates, ${tracers} tracers are left.`,
  ];
}

/** @param signal answers what is held at once when the replica shuts down */
export function uninstallRouter(deps: UninstallDeps, signal: AbortSignal): Router {
  const router = Router();
  const json = express.json({ limit: BODY_LIMIT_BYTES, type: 'application/json', inflate: false });
  router.post('/uninstall', json, async (request: Request, response: Response) => {
    const parsed = reviewSchema.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).type('text/plain').send('not an AdmissionReview of admission.k8s.io/v1');
      return;
    }
    const { uid } = parsed.data.request;
    const warnings = removesFlak(parsed.data.request) ? warningsOf(await letGoOfEverything(deps, signal)) : [];
    const answer = { uid, allowed: true, ...(warnings.length > 0 ? { warnings } : {}) };
    response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer });
  });
  return router;
}
