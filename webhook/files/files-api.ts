/** The HTTP interface of the store of lines (docs/files.md). */
import { pipeline } from 'node:stream/promises';
import express, { Router, type NextFunction, type Request, type Response } from 'express';
import { bodyBudget } from '../body-budget.ts';
import { createAuthorize, type AuthorizeDeps } from './authorize.ts';
import { sendError, type FilesResult } from './answers.ts';
import { isFileName, isFolder } from './path-parts.ts';
import type { ShelvedTrace, TraceIdentity } from './read-shelf.ts';
import type { Shelf } from './shelf.ts';

export interface FilesApiDeps extends AuthorizeDeps {
  readonly shelf: Shelf;
  readonly onResult: (result: FilesResult) => void;
  /** Told of unexpected failures; the other side sees a 500. */
  readonly onFailure: (error: unknown) => void;
}

/** Twice a tracer's chunk; of all uploads together less than a tenth of what the Deployment may use. */
const CHUNK_LIMIT = 2 * 1024 * 1024;
const UPLOADS_LIMIT = 32 * 1024 * 1024;

interface FileParams extends Record<string, string> {
  uid: string;
  folder: string;
  name: string;
}

/** @returns a router to be mounted at the root; expected failures are answers, unexpected ones go to `onFailure` */
export function filesApi(deps: FilesApiDeps): Router {
  const router = Router();
  const authorize = createAuthorize(deps);
  const onExceeded = (): void => {
    deps.onResult('try-later');
  };
  const body = [
    bodyBudget({ limitBytes: CHUNK_LIMIT, totalBytes: UPLOADS_LIMIT, onExceeded }),
    // Not inflated: a compressed body could be far larger than the limit that was checked.
    express.raw({ type: 'application/octet-stream', limit: CHUNK_LIMIT, inflate: false }),
  ];
  const file = '/v1/traces/:uid/files/:folder/:name';
  router.put(file, authorize<FileParams>('tracer'), ...body, putChunk(deps));
  router.get(file, authorize<FileParams>('reader'), getFile(deps));
  router.get('/v1/traces/:uid/files', authorize<{ uid: string }>('tracer', 'reader'), listFiles(deps));
  router.get('/v1/traces', authorize('reader'), listTraces(deps));
  router.use('/v1/traces', answerFailure(deps));
  return router;
}

/** The authorisation has compared the UID with a pod's; folder and name are checked here. */
function isPlace({ folder, name }: FileParams): boolean {
  return isFolder(folder) && isFileName(name);
}

function putChunk({ shelf, onResult }: FilesApiDeps) {
  return async (
    request: Request<FileParams, unknown, unknown, { offset?: unknown }>,
    response: Response<unknown, { trace?: TraceIdentity }>,
  ): Promise<void> => {
    const { params, body, query } = request;
    const { trace } = response.locals;
    const offset =
      typeof query.offset === 'string' && /^\d{1,15}$/.test(query.offset) ? Number(query.offset) : undefined;
    if (trace === undefined || offset === undefined || !isPlace(params) || !Buffer.isBuffer(body)) {
      onResult('malformed');
      sendError(response, 'malformed');
      return;
    }
    const put = await shelf.put(trace, params, offset, body);
    onResult(put.kind === 'stored' ? 'answered' : put.kind);
    if (put.kind === 'stored') response.json({ size: put.size });
    else if (put.kind === 'full') sendError(response, 'full', { scope: put.scope });
    else sendError(response, 'conflict', { size: put.size });
  };
}

function getFile({ shelf, onResult }: FilesApiDeps) {
  return async (request: Request<FileParams>, response: Response): Promise<void> => {
    const { params } = request;
    const found = isPlace(params) ? shelf.read(params.uid, params) : undefined;
    onResult(found === undefined ? 'unknown' : 'answered');
    if (found === undefined) {
      sendError(response, 'unknown');
      return;
    }
    response
      .type('application/octet-stream')
      .set({ 'Content-Length': String(found.bytes), 'Cache-Control': 'no-store' });
    await pipeline(found.content, response).catch(unlessHungUp);
  };
}

/** Who asked may have had enough. */
function unlessHungUp(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
  throw error;
}

function listFiles({ shelf, onResult }: FilesApiDeps) {
  return (request: Request<{ uid: string }>, response: Response): void => {
    onResult('answered');
    const files = shelf.find(request.params.uid)?.files ?? new Map<string, number>();
    response.set('Cache-Control', 'no-store').json({ files: [...files].map(describeFile) });
  };
}

function describeFile([key, bytes]: readonly [key: string, bytes: number]): object {
  const [folder, name] = key.split('/');
  return { folder, name, bytes };
}

function listTraces({ shelf, onResult }: FilesApiDeps) {
  return ({ query }: Request, response: Response): void => {
    const wanted = ({ namespace, pod }: ShelvedTrace): boolean =>
      (query['namespace'] === undefined || query['namespace'] === namespace) &&
      (query['pod'] === undefined || query['pod'] === pod);
    const traces = shelf.list().filter(wanted).map(describeTrace);
    onResult('answered');
    response.set('Cache-Control', 'no-store').json({ traces });
  };
}

function describeTrace({ uid, namespace, pod, bytes, files, updatedAtMs }: ShelvedTrace): object {
  return { uid, namespace, pod, bytes, files: files.size, updatedAt: new Date(updatedAtMs).toISOString() };
}

/** What body parsing refuses (413, 415, 400 on an aborted upload) comes here as an error that carries its status. */
function answerFailure({ onFailure, onResult }: FilesApiDeps) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const result = resultOf(error);
    if (result === 'failed') onFailure(error);
    onResult(result);
    // Too late for an answer: express ends the connection.
    if (response.headersSent) next(error);
    else sendError(response, result);
  };
}

function resultOf(error: unknown): 'too-large' | 'unsupported-encoding' | 'malformed' | 'failed' {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return 'too-large';
  if (status === 415) return 'unsupported-encoding';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'malformed' : 'failed';
}
