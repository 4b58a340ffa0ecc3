/** What each call is for, in a few words: clocks and timers. */
import type { Purposes } from './purposes.ts';

export const TIME: Purposes = {
  nanosleep: 'sleeps for a time',
  clock_nanosleep: 'sleeps for a time, or until an instant of a chosen clock',
  clock_gettime: 'reads a clock',
  clock_getres: 'asks how fine a clock is',
  clock_settime: 'sets a clock',
  clock_adjtime: 'tunes how fast a clock runs',
  adjtimex: 'tunes how fast the system clock runs, or reads its state',
  gettimeofday: 'reads the time of day',
  settimeofday: 'sets the time of day',
  time: 'reads the time of day, to the second',
  alarm: 'asks for a signal after some seconds',
  getitimer: 'reads an interval timer',
  setitimer: 'sets an interval timer that signals',
  timer_create: 'makes a timer',
  timer_settime: 'starts or stops a timer',
  timer_gettime: 'reads a timer',
  timer_getoverrun: 'asks how many expirations were missed',
  timer_delete: 'removes a timer',
  timerfd_create: 'makes a timer that can be waited for like a file',
  timerfd_settime: 'starts or stops such a timer',
  timerfd_gettime: 'reads such a timer',
};
