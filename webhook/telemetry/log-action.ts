import type { Logger } from 'pino';
import type { Action } from '../controller/actions.ts';
import type { Outcome } from '../kube/outcome.ts';

export interface ActedOn {
  readonly podUid: string;
  readonly namespace: string | undefined;
  readonly pod: string | undefined;
}

/** One line for each action. An Event says by itself what happened, and a pod that waits asks for it at every turn: debug. */
export function logAction(log: Logger, target: ActedOn, action: Action['kind'], outcome: Outcome<unknown>): void {
  const acted = { ...target, action };
  if (outcome.kind !== 'ok') log.warn({ ...acted, outcome }, 'an action failed');
  else if (action === 'record-event') log.debug(acted, 'acted on a target');
  else log.info(acted, 'acted on a target');
}
