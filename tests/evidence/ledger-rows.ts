/** Promises about the ledger: what it records is the set of what was called, whoever is killed meanwhile. Its cost: `npm run bench -- ledger`. */
import type { EvidenceRow } from './row.ts';
import { rowsOf } from './row.ts';

export const LEDGER_ROWS: readonly EvidenceRow[] = [
  ...rowsOf('integration/ledger-accuracy/every-call', [
    [
      'Every x86_64 number made once beside a thread at full speed: recall 1.0, extras none',
      'is recorded with nothing missing and nothing added: the x86_64 table',
    ],
    [
      'The same of every i386 number by int 0x80 of a 64-bit program',
      'is recorded with nothing missing and nothing added: the i386 table, from a 64-bit program by int 0x80',
    ],
    [
      'The same of every i386 number by int 0x80 of a 32-bit program',
      'is recorded with nothing missing and nothing added: the i386 table, from a 32-bit program by int 0x80',
    ],
    [
      'The same of every i386 number by the 32-bit entry (sysenter, syscall)',
      'is recorded with nothing missing and nothing added: the i386 table, from a 32-bit program by its C library’s entry',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/concurrency', [
    [
      'First sights between the calls of four threads at full speed: none lost, no program skipped',
      'are all recorded, each made once in a container by one of four racing threads, and no program was skipped',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/children', [
    [
      'Children by fork, vfork, clone3, posix_spawn and double fork are seen, in their container',
      'are seen in it, and in no other, by whatever call a C library makes them: fork, vfork, clone3, posix_spawn, a daemon’s',
    ],
    [
      'Children of children, too, exactly',
      'and theirs are recorded exactly, nested, by fork, vfork, clone3 and a fork that nobody waits for',
    ],
    [
      'A child that clone3 puts into another cgroup is seen there',
      'are seen where clone3 put them when that is another container',
    ],
    [
      'A process that enters the cgroup by cgroup.procs is seen',
      'that are moved in by cgroup.procs are seen from the move on, before and after their exec',
    ],
    [
      'A process that leaves the cgroup is seen no more',
      'that are moved out by cgroup.procs are seen no more, and a move back is seen again',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/random-programs', [
    [
      '200 random programs (calls, denials, threads, children, order) equal what each wrote down itself',
      'are recorded as each writes it down itself, 200 of them: calls, denials, threads, children, execs',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/containers', [
    [
      '20 containers at once with disjoint sets: zero cross-contamination',
      'that make disjoint sets of calls at once, 20 of them in 4 pods, have nothing of each other',
    ],
    [
      'A container that lives for less than 5 ms, its cgroup removed at once, is complete',
      'that start, end and lose their cgroup within milliseconds are complete, 50 out of 50',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/filtered', [
    [
      'Under a filter like RuntimeDefault each denied call is named with its errno, the others are exact',
      'has each denied call named with its errno, and every other call of the table made',
    ],
    [
      'No false denials in 10 000 forks and execs',
      'has no call named as denied that was not, in 10 000 forks and execs beside a busy thread',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/kills', [
    [
      '100 kills of tracers while a program makes every call once: union complete; no pin, map, program or link leaked',
      'lose nothing of a program that makes every call once, and leave no pin, map, program or link, over 100 kills',
    ],
  ]),
  ...rowsOf('integration/ledger-accuracy/hand-over', [
    [
      'F6: a slot handed from tracer to tracer (hand-over) loses nothing',
      'has lost nothing where the next one comes before the last one has let go',
    ],
    [
      'F6: a slot that is without a tracer for a while loses nothing',
      'has lost nothing where each lets go before the next one comes (killed, or handed over)',
    ],
    [
      'F6: a slot that was given up (leave) is empty',
      'begins from nothing for whoever comes after it was given up (leave)',
    ],
  ]),
  ...rowsOf('integration/tracer-run/tracer-run', [
    [
      'F6: the order flush: everything up to the target’s last instruction is in the final report, nothing stays',
      'holds the target back until it is armed, records it from its first instruction to its last, and leaves nothing',
    ],
    ['F6: the order hand-over at SIGTERM', 'hands over at SIGTERM: what it has is sent, slot and opening stay'],
    ['F6: the order leave', 'says that it came late, and goes without a trace when the target is no more'],
    ['F6: a killed tracer process', 'loses nothing when it is killed: its successor finds the slot and goes on'],
  ]),
  ...rowsOf('soak/set-up-end', [
    [
      'Decision 11: set-up ends at the right exec, 200 starts on runc 1.1',
      'ends at the exec of the container’s program, 200 starts of runc out of 200',
    ],
    [
      'Decision 11: set-up ends at the right exec, 200 starts on crun',
      'ends at the exec of the container’s program, 200 starts of crun out of 200',
    ],
  ]),
  ...rowsOf('soak/ledger-accuracy', [
    ['2000 random programs', 'has of 2000 random programs what each has written down itself'],
    ['1200 kills of tracers', 'loses nothing and leaves nothing over 1200 kills of tracers'],
  ]),
  ...rowsOf('integration/tracer-ledger/serving', [
    [
      'Startup and serving are told apart from the moment a container is marked, container by container',
      'serves from then on: new calls and repeated ones; another container goes on starting up',
    ],
  ]),
  ...rowsOf('integration/tracer-ledger/arguments', [
    [
      'Argument values: ints in their low 32 bits, longs whole, every register and both entries',
      'are those that the program passed: ints in their low 32 bits, longs whole, from each register and both entries',
    ],
    [
      'Argument values: 32 tuples of a call, then it is said to be wide',
      'are all there up to 32 tuples of a call, and from the 33rd on the call is said to be wide',
    ],
  ]),
  ...rowsOf('integration/ledger-arguments/ledger-arguments', [
    [
      'Argument values of a python program equal those of `strace -e raw=all`',
      'of python with sockets, threads and children are those that strace prints',
    ],
    [
      'Argument values of nginx equal those of `strace -e raw=all`',
      'of nginx from its start to its end are those that strace prints',
    ],
    [
      'Argument values of postgres equal those of `strace -e raw=all`',
      'of postgres from its start to its end are those that strace prints',
    ],
  ]),
  ...rowsOf('e2e/origins', [
    [
      'Origins: startup and serving of a real pod',
      'tell what a container calls until it is ready from what it calls then',
    ],
    [
      'Origins: an exec probe and a postStart hook',
      'name the calls of an exec probe, as the kubelet expands it, and of a postStart hook',
    ],
    ['Origins: `kubectl exec`', 'keep the calls of `kubectl exec` apart'],
    ['Origins: an ephemeral container', 'give an ephemeral container a profile of its own'],
  ]),
  ...rowsOf('integration/tracer-ledger/memory', [
    [
      'All map memory is charged to the joining tracer, and fits its limit',
      'is charged to the tracer that joins, and fits its limit many times',
    ],
  ]),
  ...rowsOf('unit/tracer/ledger/rows', [
    [
      'Nothing read from the kernel’s maps makes up a call',
      'makes no call up from any bytes: it reads a row, or says that it is none',
    ],
    [
      'Nothing read from the kernel’s maps makes up an argument',
      'makes no tuple up from any bytes: what it reads stands in them, or it says that it is none',
    ],
  ]),
];
