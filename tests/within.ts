/** Options that end a child process in time, whatever it makes of signals: mocha's own timeout doesn't reach a synchronous call. */
export function within(ms: number): { readonly timeout: number; readonly killSignal: 'SIGKILL' } {
  return { timeout: ms, killSignal: 'SIGKILL' };
}
