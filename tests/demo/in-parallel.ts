type Work = (signal: AbortSignal) => Promise<unknown>;

/**
 * Does all of it at once and waits until each has come to an end: the first failure aborts the others, and is thrown
 * when none is under way any more.
 */
export async function inParallel(signal: AbortSignal, works: readonly Work[]): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    works.map((work) =>
      work(either).catch((error: unknown) => {
        first ??= { error };
        failure.abort(error);
      }),
    ),
  );
  if (first !== undefined) throw first.error;
}
