/** Lets a tracer to its own trace's files, and a reader to everything that can be read. */
import type { NextFunction, Request, Response } from 'express';
import { mayReport } from '../store/authorize.ts';
import type { Authenticate } from '../store/authenticate.ts';
import { sendError, type FilesResult } from './answers.ts';
import type { FindTracer } from './find-tracer.ts';
import type { FilesIdentity } from './identify.ts';
import type { TraceIdentity } from './read-shelf.ts';

export interface AuthorizeDeps {
  readonly authenticate: Authenticate<FilesIdentity>;
  readonly findTracer: FindTracer;
  readonly onResult: (result: FilesResult) => void;
}

/** `tracer`: the trace that the token's pod was made for. */
type Verdict =
  | { readonly kind: 'tracer'; readonly trace: TraceIdentity }
  | { readonly kind: 'reader' }
  | { readonly kind: 'unauthenticated' | 'foreign' | 'try-later' };

async function judge(
  { authenticate, findTracer }: AuthorizeDeps,
  authorization: string | undefined,
  uid: string | undefined,
): Promise<Verdict> {
  const token = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return { kind: 'unauthenticated' };
  const identity = await authenticate(token);
  if (identity.kind === 'invalid') return { kind: 'unauthenticated' };
  if (identity.kind !== 'tracer') return { kind: identity.kind };
  const found = await findTracer(identity.podName, identity.podUid);
  if (found.kind !== 'ok') return { kind: 'try-later' };
  const tracer = found.value;
  if (tracer === undefined || uid === undefined || !mayReport(identity, tracer, uid)) return { kind: 'foreign' };
  return { kind: 'tracer', trace: { uid, namespace: tracer.targetNamespace, pod: tracer.targetPod } };
}

type Params = Readonly<Record<string, string>>;
type Route<P extends Params> = (
  request: Request<P>,
  response: Response<unknown, { trace?: TraceIdentity }>,
  next: NextFunction,
) => Promise<void>;

/**
 * @param who whom a route is for; a tracer only for the trace that the path names
 * @returns sets `response.locals.trace` for a tracer
 */
export function createAuthorize(deps: AuthorizeDeps) {
  return <P extends Params>(...who: readonly ('tracer' | 'reader')[]): Route<P> =>
    async (request, response, next) => {
      const verdict = await judge(deps, request.headers.authorization, request.params['uid']);
      if ((verdict.kind === 'tracer' || verdict.kind === 'reader') && who.includes(verdict.kind)) {
        if (verdict.kind === 'tracer') response.locals.trace = verdict.trace;
        next();
        return;
      }
      const result = verdict.kind === 'tracer' || verdict.kind === 'reader' ? 'foreign' : verdict.kind;
      deps.onResult(result);
      sendError(response, result);
    };
}
