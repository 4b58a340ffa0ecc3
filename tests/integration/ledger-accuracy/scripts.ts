/** Random programs: calls of every interface in any order, in threads and children of every kind, nested. */
import fc from 'fast-check';
import type { Denial } from './filter.ts';
import { harmlessNumbers } from './perils.ts';

/** What the interpreter needs to work: never denied. */
const HOUSEKEEPING = new Set([9, 24, 35, 38, 56, 57, 58, 59, 60, 61, 112, 231, 435]);
/** getpid, getppid, getuid by x32's entry, which most kernels refuse after having entered. */
const X32 = [39, 110, 102];
/** Perilous calls that come back soon: exit, fork, vfork, kill, setsid, munlockall, exit_group. */
const GUARDED = [60, 57, 58, 62, 112, 152, 231];
const MOST_THREADS = 12;

const NATIVE = harmlessNumbers('x86_64');
const I386 = harmlessNumbers('i386');

const word = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...NATIVE).map((nr) => `n${nr}`) },
  { weight: 4, arbitrary: fc.constantFrom(...I386).map((nr) => `i${nr}`) },
  { weight: 1, arbitrary: fc.constantFrom(...X32).map((nr) => `x${nr}`) },
  { weight: 1, arbitrary: fc.constantFrom(...GUARDED).map((nr) => `gn${nr}`) },
);

interface Block {
  readonly block: string;
}

const { block } = fc.letrec<Block>((tie: fc.LetrecTypedTie<Block>) => {
  const nested = (before: string) => tie('block').map((inside) => `${before}(${inside})`);
  const item = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 8, arbitrary: word },
    { weight: 1, arbitrary: fc.constantFrom('h39', 'h110', 'h186') },
    { weight: 2, arbitrary: nested('t') },
    { weight: 1, arbitrary: nested('f') },
    { weight: 1, arbitrary: nested('k') },
    { weight: 1, arbitrary: nested('y') },
    { weight: 1, arbitrary: nested('d') },
    { weight: 1, arbitrary: tie('block').map((inside) => `f(e(${inside}))`) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.integer({ min: 2, max: 40 }), word).map(([times, one]) => `r${times}(${one})`),
    },
  );
  return { block: fc.array(item, { minLength: 1, maxLength: 20 }).map((items) => items.join('')) };
});

/** A program as the interpreter reads it; the number of threads is bounded by what it has room for. */
export const script = block.filter((text) => (text.match(/[th][\d(]/g) ?? []).length <= MOST_THREADS);

/** Some calls that a filter refuses, natively, with any number of an error. */
export const denials: fc.Arbitrary<Denial[]> = fc.uniqueArray(
  fc.record({
    nr: fc.constantFrom(...NATIVE.filter((nr) => !HOUSEKEEPING.has(nr))),
    errno: fc.integer({ min: 1, max: 133 }),
  }),
  { maxLength: 60, selector: ({ nr }) => nr },
);
