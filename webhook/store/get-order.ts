/** `GET /v1/traces/<uid>/orders?known=<order>&seen=<digest>&waitSeconds=<s>&last=<bool>` */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ORDERS } from '../../profile/recording.ts';
import { sendError } from './answers.ts';
import type { PodView } from './pod-view.ts';
import { isNews, tell, type Told } from './tell.ts';
import type { TraceApiDeps, TraceApiLimits } from './trace-api.ts';
import { waitForNews, type NewsWait } from './wait-for-news.ts';

const questionSchema = z.object({
  known: z.enum(ORDERS).optional(),
  seen: z.string().max(64).optional(),
  waitSeconds: z.coerce.number().int().min(0).max(3600).default(0),
  last: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
});

export function createGetOrder(
  { pods, onResult, signal }: Pick<TraceApiDeps, 'pods' | 'onResult' | 'signal'>,
  limits: TraceApiLimits,
) {
  let polls = 0;

  function answer(response: Response, told: Told | 'unknown'): void {
    onResult('order', told === 'unknown' ? 'try-later' : 'answered');
    if (told === 'unknown') sendError(response, 'try-later');
    else response.set('Cache-Control', 'no-store').json(told);
  }

  async function poll(response: Response, wait: Omit<NewsWait, 'signal'>): Promise<void> {
    const hungUp = new AbortController();
    const hangUp = (): void => {
      hungUp.abort();
    };
    response.once('close', hangUp);
    polls += 1;
    try {
      await waitForNews({ ...wait, signal: AbortSignal.any([signal, hungUp.signal]) });
    } finally {
      polls -= 1;
      response.off('close', hangUp);
    }
  }

  return async (request: Request<{ uid: string }>, response: Response): Promise<void> => {
    const question = questionSchema.safeParse(request.query);
    if (!question.success) {
      onResult('order', 'malformed');
      sendError(response, 'malformed', { problems: question.error.issues.map(({ message }) => message) });
      return;
    }
    const { known, seen, waitSeconds, last } = question.data;
    const { uid } = request.params;
    const current = (): Told => tell({ target: pods.target(uid), uninstalling: pods.uninstalling() }, last);
    const hasNews = (): boolean => isNews(current(), { known, seen });
    if (waitSeconds === 0 || hasNews()) {
      answer(response, await confirm(pods, uid, current(), last));
    } else if (polls >= limits.polls) {
      answer(response.set('Retry-After', String(limits.retryAfterSeconds)), current());
    } else {
      const waitMs = Math.min(waitSeconds, limits.waitSeconds) * 1000;
      await poll(response, { isNews: hasNews, waitMs, onChange: (listener) => pods.onChange(uid, listener) });
      if (!response.destroyed) answer(response, await confirm(pods, uid, current(), last));
    }
  };
}

/** `leave` because of a target that the cache doesn't have is said only when the API server doesn't have it either. */
async function confirm(pods: PodView, uid: string, told: Told, last: boolean): Promise<Told | 'unknown'> {
  if (told.order !== 'leave' || pods.uninstalling()) return told;
  const found = await pods.lookUp(uid);
  return found.kind === 'ok' ? tell({ target: found.value, uninstalling: false }, last) : 'unknown';
}
