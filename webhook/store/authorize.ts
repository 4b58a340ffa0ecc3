/** Lets a request through only when its token's pod is the live tracer of exactly the trace in the path. */
import type { NextFunction, Request, Response } from 'express';
import { sendError } from './answers.ts';
import type { Identity } from './authenticate.ts';
import type { TracerPod } from './pod-view.ts';
import type { TraceApiDeps } from './trace-api.ts';

/** `tracer` is what the pod cache holds under the name in the token; a recreated pod of that name has another UID. */
export function mayReport(
  identity: Extract<Identity, { kind: 'tracer' }>,
  tracer: TracerPod | undefined,
  podUid: string,
): boolean {
  return tracer !== undefined && tracer.uid === identity.podUid && tracer.targetUid === podUid;
}

type Verdict = 'allowed' | 'unauthenticated' | 'foreign' | 'try-later';

export function createAuthorize(deps: Pick<TraceApiDeps, 'authenticate' | 'pods' | 'onResult'>) {
  async function judge(authorization: string | undefined, podUid: string): Promise<Verdict> {
    const token = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return 'unauthenticated';
    const identity = await deps.authenticate(token);
    if (identity.kind === 'invalid') return 'unauthenticated';
    if (identity.kind !== 'tracer') return identity.kind;
    if (!deps.pods.synced()) return 'try-later';
    return mayReport(identity, deps.pods.tracer(identity.podName), podUid) ? 'allowed' : 'foreign';
  }

  return (route: 'report' | 'order' | 'placement') =>
    async (request: Request<{ uid: string }>, response: Response, next: NextFunction): Promise<void> => {
      const verdict = await judge(request.headers.authorization, request.params.uid);
      if (verdict === 'allowed') {
        next();
        return;
      }
      deps.onResult(route, verdict);
      sendError(response, verdict);
    };
}
