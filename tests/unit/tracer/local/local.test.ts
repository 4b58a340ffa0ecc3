/** Decisions of local mode. */
import assert from 'node:assert/strict';
import type { AccountDeps } from '../../../../tracer/local/account.ts';
import { chooseAccount } from '../../../../tracer/local/account.ts';
import { parseLoggedCall } from '../../../../tracer/local/kernel-log.ts';
import { hasStarted, revisionOf, unionOfRevisions } from '../../../../tracer/local/local-profile.ts';
import type { LocalSubject } from '../../../../tracer/local/local-profile.ts';
import type { LocalRecording } from '../../../../tracer/local/record.ts';
import { isFromKeyboard } from '../../../../tracer/local/signals.ts';

const DEPS: AccountDeps = {
  uid: 0,
  environment: {},
  passwd: (key) => (['ann', '1000'].includes(key) ? 'ann:x:1000:100:Ann,,,:/home/ann:/bin/sh' : undefined),
  groups: () => [100, 27],
};
const ANN = { uid: 1000, groups: [100, 27], environment: { HOME: '/home/ann', USER: 'ann', LOGNAME: 'ann' } };

describe('whom a recorded command runs as', () => {
  it('is the caller, unless sudo was in between or someone is named', () => {
    assert.deepEqual(chooseAccount(undefined, DEPS), { kind: 'ok', account: null });
    const sudo = { ...DEPS, environment: { SUDO_UID: '1000', SUDO_GID: '100' } };
    assert.deepEqual(chooseAccount(undefined, sudo), { kind: 'ok', account: { ...ANN, gid: 100 } });
    assert.deepEqual(chooseAccount(undefined, { ...sudo, uid: 1000 }), { kind: 'ok', account: null });
    assert.deepEqual(chooseAccount('ann', DEPS), { kind: 'ok', account: { ...ANN, gid: 100 } });
    assert.deepEqual(chooseAccount('1000:7', DEPS), { kind: 'ok', account: { ...ANN, gid: 7 } });
  });

  it('may be a number without a name, with its group', () => {
    const account = { uid: 4242, gid: 4343, groups: [4343], environment: {} };
    assert.deepEqual(chooseAccount('4242:4343', DEPS), { kind: 'ok', account });
    const sudo = { ...DEPS, environment: { SUDO_UID: '4242' } };
    assert.deepEqual(chooseAccount(undefined, sudo), {
      kind: 'ok',
      account: { ...account, gid: 4242, groups: [4242] },
    });
  });

  it('is nobody where the name is unknown, malformed, or a number without a group', () => {
    for (const wanted of ['bob', '4242', ':1', 'a:b:c', 'bob:5'])
      assert.deepEqual(chooseAccount(wanted, DEPS), { kind: 'unknown', wanted });
    assert.equal(chooseAccount('bad', { ...DEPS, passwd: () => 'no line of passwd' }).kind, 'unknown');
  });
});

describe('a signal', () => {
  const stat = (group: number, terminal: number, foreground: number): string =>
    `77 (a (b) c) S 1 ${group} 5 ${terminal} ${foreground} 0 0`;

  it('comes from the keyboard where Flak is in the foreground of a terminal', () => {
    assert.equal(isFromKeyboard('SIGINT', stat(77, 34816, 77)), true);
    assert.equal(isFromKeyboard('SIGQUIT', stat(77, 34816, 77)), true);
  });

  it('is forwarded where it has no terminal, is in the background, or is none that a keyboard sends', () => {
    assert.equal(isFromKeyboard('SIGINT', stat(77, 0, -1)), false);
    assert.equal(isFromKeyboard('SIGINT', stat(77, 34816, 99)), false);
    assert.equal(isFromKeyboard('SIGTERM', stat(77, 34816, 77)), false);
  });
});

describe("the kernel's log", () => {
  const line = (arch: string, nr: number): string =>
    `5,1234,15980557938,-;audit: type=1326 audit(1795256625.780:2): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=10273 comm="python3" exe="/usr/bin/python3.11" sig=0 arch=${arch} syscall=${nr} compat=0 ip=0x7f8b4f928dc7 code=0x7ffc0000`;

  it('names the program of a logged call', () => {
    const expected = { abi: 'x86_64', name: 'socket', program: 'python3', at: new Date(1795256625780) };
    assert.deepEqual(parseLoggedCall(line('c000003e', 41)), expected);
    assert.equal(parseLoggedCall(line('40000003', 359))?.name, 'socket');
  });

  it('says nothing of other lines', () => {
    for (const other of ['', 'segfault at 0', line('12345678', 1), 'audit: type=1400 audit(1.2:3): apparmor="DENIED"'])
      assert.equal(parseLoggedCall(other), undefined);
  });
});

describe('a recording in local mode', () => {
  const subject: LocalSubject = {
    name: 'ls',
    runUid: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
    arming: 'before-gate',
    node: {
      name: 'here',
      bootId: 'b',
      bootedAt: '2026-01-01T00:00:00.000Z',
      kernel: '6.1',
      architecture: 'x86_64',
      cgroups: 'v2',
    },
    endedAt: new Date('2026-01-01T00:01:00.000Z'),
  };
  const recording = (startedNs: bigint | null): LocalRecording => ({
    containers: [
      {
        cgroupId: 7n,
        name: 'command',
        isPod: false,
        firstSeenNs: 1n,
        startedNs,
        entries: (['setup', 'startup'] as const).map((origin, index) => ({
          abi: 'x86_64',
          origin,
          calls: [{ nr: index, firstSeenNs: '5000000' }],
          denied: [],
          arguments: [],
        })),
      },
    ],
    reasons: [],
    armedAtBootNs: 1_000_000n,
  });
  const made = (startedNs: bigint | null, arming: LocalSubject['arming'] = 'before-gate') => {
    const { calls, completeness } = revisionOf(recording(startedNs), { ...subject, arming });
    return {
      startup: calls.filter(({ origins }) => origins.includes('startup')).map(({ name }) => name),
      completeness,
    };
  };

  it('leaves out what Flak itself did before the command began', () => {
    assert.deepEqual(made(3n).startup, ['write']);
    assert.equal(made(3n).completeness.level, 'observed');
    assert.ok(hasStarted(recording(3n)) && !hasStarted(recording(null)));
  });

  it('counts everything where nobody knows when it began, and says so', () => {
    assert.deepEqual(made(null).startup, ['read', 'write']);
    assert.deepEqual(made(null).completeness.reasons, ['origin-unknown']);
    assert.deepEqual(made(3n, 'late').startup, ['read', 'write']);
    assert.deepEqual(made(3n, 'late').completeness.reasons, ['late-arming']);
  });

  it('adds up with others of the same command, each run once', () => {
    const one = revisionOf(recording(3n), subject);
    const other = revisionOf(recording(3n), { ...subject, runUid: '7f9619ff-8b86-4011-b42d-00c04fc964ff' });
    assert.equal(unionOfRevisions(one, other).contributors.length, 2);
    assert.equal(unionOfRevisions(one, one).contributors.length, 1);
  });

  it('is nothing to make a profile of where nothing was seen', () => {
    assert.throws(() => revisionOf({ ...recording(3n), containers: [] }, subject), /nothing was recorded of ls/);
  });
});
