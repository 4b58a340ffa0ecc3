/** Signals that reach Flak and are meant for the command. */

/** The ones that end or steer a program, as a terminal, a shell, a service manager or a CI runner sends them. */
export const FORWARDED = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
export type Forwarded = (typeof FORWARDED)[number];

/**
 * Whether the command has this signal already: a terminal sends Ctrl-C and Ctrl-\ to its whole foreground process group, of which
 * Flak and the command are members both. Many programs take a second Ctrl-C for "at once".
 * @param stat /proc/self/stat
 */
export function isFromKeyboard(signal: Forwarded, stat: string): boolean {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false;
  // proc_pid_stat(5), behind the command's name: state, ppid, pgrp, session, tty_nr, tpgid
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return terminal !== '0' && foreground === group;
}

/** Listens until the returned function is called. @param onSignal is told each one */
export function listen(onSignal: (signal: Forwarded) => void): () => void {
  const listeners = FORWARDED.map((signal) => {
    const listener = (): void => {
      onSignal(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}
