/** Tells when containers of a pod come and go. */
import { watch } from 'node:fs';

/**
 * How often to look although nothing was heard. Inotify sees what the runtime makes through the node's own mount, at once
 * and for free; it misses what is made through another cgroup namespace's mount, and the node may be out of watches.
 */
export const LOOK_ANYWAY_MS = { watched: 2_000, unwatched: 100 } as const;

/**
 * A container may live for a tenth of a second and take its runtime's record with it, so waiting for the next poll is not
 * enough; polling 20 times a second for days would cost more than the tracer's idle budget.
 * @param onChange called at each change, and at intervals; must be quick
 */
export function watchPodCgroup(path: string, onChange: () => void, signal: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  const lookEvery = (ms: number): void => {
    clearInterval(timer);
    timer = setInterval(onChange, ms);
  };
  const unwatched = (): void => {
    if (!signal.aborted) lookEvery(LOOK_ANYWAY_MS.unwatched);
  };
  signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
  try {
    lookEvery(LOOK_ANYWAY_MS.watched);
    watch(path, { signal }, onChange).on('error', unwatched);
  } catch {
    // ENOSPC, EMFILE: the node's users have taken all inotify watches; ENOENT: the pod is gone already.
    unwatched();
  }
}
