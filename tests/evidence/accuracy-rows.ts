/** Promises about what a recording holds and what a profile is good for: rows F2, F6, S1, S2 and S6, decision 12. */
import type { EvidenceRow } from './row.ts';

const RECORDER = 'tests/e2e/independent-recorder.test.ts';
const USABLE = 'tests/e2e/usable-profile.test.ts';

export const ACCURACY_ROWS: readonly EvidenceRow[] = [
  {
    promise: 'S1: over all origins a recording equals that of an independent machine-wide recorder',
    file: RECORDER,
    test: 'are equal to them for every container over all origins, with nothing missing and nothing added',
  },
  {
    promise: "S1: a profile's extras are a subset of its declared groups",
    file: RECORDER,
    test: 'become profiles whose extras are only their declared groups',
  },
  {
    promise: 'Calls that a seccomp filter denied are told from those that the kernel answered',
    file: RECORDER,
    test: 'keep calls that a filter answered apart from those that the kernel answered',
  },
  {
    promise: 'S6: two pods on one node, no cross-contamination',
    file: RECORDER,
    test: 'keep two pods on one node apart',
  },
  {
    promise: 'S2: a second pod of the workload serves the same requests under the stored profile',
    file: USABLE,
    test: 'lets a second pod serve the same requests, as root and as a restricted user',
  },
  {
    promise: 'S2: a threaded glibc program recorded under RuntimeDefault runs under its profile',
    file: USABLE,
    test: 'lets a threaded program that was recorded under RuntimeDefault run again',
  },
  {
    promise: 'A denied clone3 becomes an ERRNO rule with ENOSYS, and threads need it',
    file: USABLE,
    test: 'answers clone3 with ENOSYS, as RuntimeDefault did, without which threads fail',
  },
  {
    promise: 'S2: with an exercised call taken out of the profile, the workload fails',
    file: USABLE,
    test: 'serves nothing once accept4, epoll_wait or bind is taken out of it',
  },
  {
    promise: 'F2: no system call of a target precedes armedAt',
    file: 'tests/e2e/gate.test.ts',
    test: 'lets no system call of a target precede the instant its recording was armed',
  },
  {
    promise: 'F2: programs that end within milliseconds are recorded whole',
    file: 'tests/e2e/gate.test.ts',
    test: 'loses no system call of a program that ends within milliseconds',
  },
  {
    promise: 'F2: no system call of a target precedes armedAt, over 100 pods',
    file: 'tests/soak/gate-100.test.ts',
    test: 'lets no system call of any of 100 targets precede the instant its recording was armed',
  },
  {
    promise: 'F6: kill -9 of the tracer mid-run loses no system call',
    file: 'tests/e2e/tracer-restart.test.ts',
    test: 'loses no system call, although each was made only once',
  },
  {
    promise: 'F6: the profile says tracer-restarted, and stays observed',
    file: 'tests/e2e/tracer-restart.test.ts',
    test: 'is named in the profile as a note that lowers nothing',
  },
];
