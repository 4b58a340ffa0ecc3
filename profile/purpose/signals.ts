/** What each call is for, in a few words: signals. */
import type { Purposes } from './purposes.ts';

export const SIGNALS: Purposes = {
  rt_sigaction: 'says what happens on a signal',
  rt_sigprocmask: 'holds back or lets through signals',
  rt_sigreturn: 'comes back from a signal handler',
  rt_sigpending: 'asks which signals are held back',
  rt_sigsuspend: 'waits for a signal with another mask',
  rt_sigtimedwait: 'takes a held-back signal, or waits for one',
  rt_sigqueueinfo: 'sends a signal with a value to a process',
  rt_tgsigqueueinfo: 'sends a signal with a value to a thread',
  sigaltstack: 'names a stack for signal handlers',
  kill: 'sends a signal to processes',
  tkill: 'sends a signal to a thread (obsolete form)',
  tgkill: 'sends a signal to a thread of a process',
  pause: 'sleeps until a signal comes',
  signalfd: 'makes signals readable like a file',
  signalfd4: 'makes signals readable like a file, with flags',
};
