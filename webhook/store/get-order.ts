/** `GET /v1/traces/<uid>/orders?known=<order>&waitSeconds=<s>&last=<bool>` */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ORDERS, type Order } from '../../profile/recording.ts';
import { sendError } from './answers.ts';
import { orderFor } from './order.ts';
import type { PodView } from './pod-view.ts';
import type { TraceApiDeps, TraceApiLimits } from './trace-api.ts';
import { waitForOrder } from './wait-for-order.ts';

const questionSchema = z.object({
  known: z.enum(ORDERS).optional(),
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

  function answer(response: Response, order: Order | 'unknown'): void {
    onResult('order', order === 'unknown' ? 'try-later' : 'answered');
    if (order === 'unknown') sendError(response, 'try-later');
    else response.set('Cache-Control', 'no-store').json({ order });
  }

  async function poll(response: Response, wait: Omit<Parameters<typeof waitForOrder>[0], 'signal'>): Promise<Order> {
    const hungUp = new AbortController();
    const hangUp = (): void => {
      hungUp.abort();
    };
    response.once('close', hangUp);
    polls += 1;
    try {
      return await waitForOrder({ ...wait, signal: AbortSignal.any([signal, hungUp.signal]) });
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
    const { known, waitSeconds, last } = question.data;
    const { uid } = request.params;
    const current = (): Order => orderFor({ target: pods.target(uid), uninstalling: pods.uninstalling() }, last);
    if (waitSeconds === 0 || current() !== known) {
      answer(response, await confirm(pods, uid, current(), last));
    } else if (polls >= limits.polls) {
      answer(response.set('Retry-After', String(limits.retryAfterSeconds)), current());
    } else {
      const waitMs = Math.min(waitSeconds, limits.waitSeconds) * 1000;
      const order = await poll(response, {
        current,
        known,
        waitMs,
        onChange: (listener) => pods.onChange(uid, listener),
      });
      if (!response.destroyed) answer(response, await confirm(pods, uid, order, last));
    }
  };
}

/** `leave` because of a target that the cache doesn't have is said only when the API server doesn't have it either. */
async function confirm(pods: PodView, uid: string, order: Order, last: boolean): Promise<Order | 'unknown'> {
  if (order !== 'leave' || pods.uninstalling()) return order;
  const found = await pods.lookUp(uid);
  return found.kind === 'ok' ? orderFor({ target: found.value, uninstalling: false }, last) : 'unknown';
}
