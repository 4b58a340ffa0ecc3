/** `GET /v1/traces/<uid>/placement`: the profiles that a canary's tracer puts onto its node. Derived whenever it is asked for. */
import type { Request, Response } from 'express';
import { MAX_PLACEMENT_BYTES } from '../../profile/placement.ts';
import type { Placement } from '../../profile/placement.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { ApiResult } from './answers.ts';
import { sendError } from './answers.ts';

export interface GetPlacementDeps {
  readonly findPlacement: (podUid: string) => Promise<Outcome<Placement>>;
  readonly onResult: (route: 'placement', result: ApiResult) => void;
}

export function createGetPlacement({ findPlacement, onResult }: GetPlacementDeps) {
  return async (request: Request<{ uid: string }>, response: Response): Promise<void> => {
    const found = await findPlacement(request.params.uid);
    const result = found.kind === 'ok' ? 'answered' : found.kind === 'not-found' ? 'finished' : 'try-later';
    onResult('placement', result);
    if (found.kind !== 'ok' || result !== 'answered') sendError(response, result === 'answered' ? 'failed' : result);
    else response.set('Cache-Control', 'no-store').json(bounded(found.value));
  };
}

function bounded(placement: Placement): Placement {
  if (Buffer.byteLength(JSON.stringify(placement)) <= MAX_PLACEMENT_BYTES) return placement;
  return { kind: 'refused', reason: `the profiles exceed ${MAX_PLACEMENT_BYTES} bytes together` };
}
