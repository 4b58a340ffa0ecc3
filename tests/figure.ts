/** Figures that a test measured on its way: printed by the reporter, and kept in docs/evidence.md by `npm run evidence`. */
import type { Context, Runnable } from 'mocha';

const measured = new WeakMap<Runnable, string[]>();

/** Adds one measured figure, in words with its unit, to the running test. */
export function recordFigure(context: Context, figure: string): void {
  const test = context.test;
  if (test !== undefined) measured.set(test, [...figuresOf(test), figure]);
}

export function figuresOf(test: Runnable): readonly string[] {
  return measured.get(test) ?? [];
}
