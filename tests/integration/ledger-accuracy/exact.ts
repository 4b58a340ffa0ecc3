/** What "exact" means here: the ledger has what the program wrote down itself, nothing less and nothing more. */
import assert from 'node:assert/strict';
import type { ContainerReading } from '../../../tracer/ledger/ledger.ts';
import { calledBy } from '../tracer-ledger/numbers.ts';
import type { Calls } from './programs.ts';

const CHROOT = 161;
const EXECVE = 59;
const PRCTL = 157;
const SECCOMP = 317;
/** launch.c between the birth of its child and the program. */
export const SET_UP = [EXECVE, CHROOT];
/** The same where it loads a filter. */
export const FILTERED_SET_UP = [EXECVE, PRCTL, CHROOT, SECCOMP];
const WORKLOAD = ['startup', 'serving'] as const;

/** What the workload of a container called, by interface. */
export function workloadCalls(container: ContainerReading | undefined): Calls {
  return {
    x86_64: calledBy(container, 'x86_64', ...WORKLOAD),
    i386: calledBy(container, 'i386', ...WORKLOAD),
    x32: calledBy(container, 'x32', ...WORKLOAD),
  };
}

/** Of containers that launch.c has started: recall 1.0, no extras, by interface, set-up apart from the program. */
export function assertExact(
  container: ContainerReading | undefined,
  own: Calls,
  setUp: readonly number[] = SET_UP,
): void {
  assert.ok(container, 'the ledger has not met the container');
  assert.deepEqual(workloadCalls(container), own, container.name);
  assert.deepEqual(calledBy(container, 'x86_64', 'setup', 'runtime-filtered', 'exec:probe', 'exec:foreign'), setUp);
  assert.deepEqual(calledBy(container, 'i386', 'setup', 'runtime-filtered', 'exec:probe', 'exec:foreign'), []);
}
