/**
 * Runs a command's work with a signal that Ctrl-C, SIGTERM and SIGHUP abort, and sets the exit code: 130 when it was
 * interrupted, 1 when it failed. A second Ctrl-C changes nothing: what was started has to be stopped.
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(new Error('interrupted'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, abort);
  try {
    await work(controller.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = controller.signal.aborted ? 130 : 1;
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
}
