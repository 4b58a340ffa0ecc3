/** Skipping with a reason: a test that can't run says why, and in CI a test that can't run is a failure, but for one that needs what can't be installed there. */
import type { Context, Runnable } from 'mocha';

/** Where the reporter finds the reason: on the skipped test, or on the suite whose `before` hook skipped it. */
export const SKIP_REASON = Symbol('skip reason');

type Marked = { [SKIP_REASON]?: string };

/** Skips the running test (or, called in a hook, the hook's suite); the reporter prints `reason`. With `CI=true` it fails instead. */
export function skipBecause(context: Context, reason: string): never {
  if (process.env['CI'] === 'true') throw new Error(`can't run here, which CI doesn't allow: ${reason}`);
  return skipEvenInCi(context, reason);
}

/** As `skipBecause`, in CI too: for what is in no package registry, or is another kind of machine. */
export function skipEvenInCi(context: Context, reason: string): never {
  const runnable = context.test as (Runnable & { type?: string }) | undefined;
  const marked = (runnable?.type === 'hook' ? runnable.parent : runnable) as Marked | undefined;
  if (marked !== undefined) marked[SKIP_REASON] = reason;
  return context.skip();
}
