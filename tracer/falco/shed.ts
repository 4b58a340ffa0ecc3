/** Which calls Falco is told to leave out when it drops events. Pure. */
import { kernelNameOf } from '../../profile/falco-names.ts';
import { compareText } from '../../profile/instants.ts';

/** What Falco tells in one interval of its metrics. */
export interface Interval {
  readonly drops: number;
  /** Of the whole node, as far as Falco's side in the kernel saw them, dropped ones included. */
  readonly events: number;
}

export interface Shedder {
  /**
   * To be called once per interval.
   * @param window the target's events of that time, by Falco's name
   * @returns the calls that are to be left out beside those that are already; empty: Falco goes on as it is
   */
  consider(interval: Interval, window: ReadonlyMap<string, number>, nowMs: number): readonly string[];
  /** What is left out, by the kernel's names, in order. */
  shed(): readonly string[];
}

/** A drop now and then costs less than a restart, which is some 2.5 s blind. */
const POLICY = {
  /** Of an interval's events. */
  tolerated: 0.01,
  intervals: 3,
  pauseMs: 60_000,
  most: 5,
  callsAtOnce: 8,
  /** A call that makes up less of the target's events is not noise. */
  noisy: 0.05,
} as const;

/**
 * Without these Falco doesn't know any more who a thread is, which cgroup it is in or what its descriptors are
 * (sinsp_state_sc_set, userspace/libsinsp/events/sinsp_events_ppm_sc.cpp), so that everything else is told wrongly.
 */
const KEPT: ReadonlySet<string> = new Set(
  (
    'clone clone3 fork vfork execve execveat open openat openat2 creat close dup dup2 dup3 fcntl pipe pipe2 socket socketpair accept accept4 ' +
    'connect bind chdir fchdir chroot mount umount umount2 prctl setsid setpgid setuid setgid setresuid setresgid setns unshare capset ' +
    'eventfd eventfd2 epoll_create epoll_create1 inotify_init inotify_init1 signalfd signalfd4 timerfd_create memfd_create pidfd_open ' +
    'open_by_handle_at prlimit64 setrlimit userfaultfd perf_event_open bpf io_uring_setup'
  ).split(' '),
);

/** What busy programs call most, for a node whose noise is not the target's. Falco doesn't say whose events it dropped. */
const USUAL_NOISE = [
  ...['futex', 'clock_nanosleep', 'nanosleep', 'epoll_wait', 'epoll_pwait', 'poll', 'ppoll', 'sched_yield'],
  ...['getpid', 'gettid', 'getppid', 'gettimeofday', 'clock_gettime', 'lseek', 'madvise', 'munmap'],
  ...['recvmsg', 'sendmsg', 'recvfrom', 'sendto', 'select', 'pselect6', 'rt_sigprocmask', 'rt_sigaction'],
];

export function createShedder(): Shedder {
  const shed = new Set<string>();
  const recent: Interval[] = [];
  let [times, notBeforeMs] = [0, 0];

  const mayGo = (name: string): boolean => !KEPT.has(name) && !shed.has(name);

  return {
    consider: (interval, window, nowMs) => {
      recent.push(interval);
      if (recent.length > POLICY.intervals) recent.shift();
      const sustained = recent.length === POLICY.intervals && recent.every(isTooMuch);
      if (!sustained || times >= POLICY.most || nowMs < notBeforeMs) return [];
      const chosen = choose(window, mayGo);
      if (chosen.length === 0) return [];
      for (const name of chosen) shed.add(name);
      recent.length = 0;
      times += 1;
      notBeforeMs = nowMs + POLICY.pauseMs;
      return chosen;
    },
    shed: () => [...shed].sort(compareText),
  };
}

function isTooMuch({ drops, events }: Interval): boolean {
  return drops > 0 && drops > events * POLICY.tolerated;
}

/** The target's noisiest first. */
function choose(window: ReadonlyMap<string, number>, mayGo: (name: string) => boolean): readonly string[] {
  const total = [...window.values()].reduce((sum, count) => sum + count, 0);
  const own = [...window]
    .filter(([, count]) => count >= total * POLICY.noisy)
    .sort(([a, more], [b, less]) => less - more || compareText(a, b))
    .flatMap(([name]) => kernelNameOf(name) ?? [])
    .filter(mayGo);
  const chosen = own.length > 0 ? own : USUAL_NOISE.filter(mayGo);
  return chosen.slice(0, POLICY.callsAtOnce);
}
