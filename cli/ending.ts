/** How a command ends: what the shell is told, and the one sentence that goes with it. */

export type Failed =
  /** The command worked, and its answer is no: nothing found, something left over. */
  | { readonly kind: 'finding'; readonly message: string }
  /** The command was called in a way that can't work. */
  | { readonly kind: 'usage'; readonly message: string }
  /** The machine or the cluster doesn't let the command work. */
  | { readonly kind: 'environment'; readonly message: string };
export type Ending =
  | { readonly kind: 'done' }
  /** The command ran another one to its end, whose exit code becomes its own. */
  | { readonly kind: 'passed-on'; readonly code: number }
  | Failed;
/** A step's value, or how the command ends without it. */
export type Result<T> = { readonly kind: 'ok'; readonly value: T } | Failed;

export const DONE: Ending = { kind: 'done' };

/** Exit codes, documented in docs/cli.md. */
export const EXIT_CODES = { done: 0, finding: 1, usage: 2, environment: 3 } as const satisfies Record<
  Exclude<Ending['kind'], 'passed-on'>,
  number
>;

export function ok<T>(value: T): Result<T> {
  return { kind: 'ok', value };
}

export function finding(message: string): Failed {
  return { kind: 'finding', message };
}

export function usage(message: string): Failed {
  return { kind: 'usage', message };
}

export function environment(message: string): Failed {
  return { kind: 'environment', message };
}
