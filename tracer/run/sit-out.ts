/** A tracer that could not arm: says so, and waits until it is told to go, so that it isn't started again and again. */
import type { Courier } from '../report/courier.ts';
import type { Clock } from '../clock.ts';
import type { Bell } from './bell.ts';
import type { Ending } from './decide.ts';
import type { Hearing } from './hearing.ts';

export interface SitOutDeps {
  readonly courier: Pick<Courier, 'state'>;
  readonly clock: Pick<Clock, 'steadyMs'>;
  readonly bell: Bell;
  readonly hearing: Hearing;
}

/** To be called when the refusal has been handed to the courier. */
export async function sitOut({ courier, clock, bell, hearing }: SitOutDeps): Promise<Ending> {
  for (;;) {
    const stopping = hearing.stopping();
    const order = stopping?.answer ?? hearing.order();
    const delivered = courier.state() !== 'busy';
    if (order === 'leave' || courier.state() === 'finished') return 'left';
    if (delivered && order === 'flush') return 'left';
    if (stopping !== null && (delivered || clock.steadyMs() >= stopping.deadlineMs)) return 'handed-over';
    await bell.wait(stopping?.deadlineMs ?? null);
  }
}
