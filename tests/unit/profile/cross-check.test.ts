import assert from 'node:assert/strict';
import { crossCheck } from '../../../profile/cross-check.ts';
import type { Origin } from '../../../profile/recording.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';

function call(name: string, more: Partial<ProfiledCall> = {}): ProfiledCall {
  return { abi: 'x86_64', name, origins: ['startup'], ...more };
}

describe('holding Falco against the ledger', () => {
  it('finds nothing where both saw the same', () => {
    const { saw, onlyFalco, onlyLedger } = crossCheck([call('openat'), call('read')], ['read', 'openat']);
    assert.deepEqual([saw, onlyFalco, onlyLedger], [['openat', 'read'], [], []]);
  });

  it('names what one of them saw alone, sorted', () => {
    const { onlyFalco, onlyLedger } = crossCheck(
      [call('read'), call('write'), call('bpf')],
      ['read', 'setns', 'mount'],
    );
    assert.deepEqual(
      [onlyFalco, onlyLedger],
      [
        ['mount', 'setns'],
        ['bpf', 'write'],
      ],
    );
  });

  it('takes no known difference for a disagreement: never reported, told as another call, a 32-bit call under its 64-bit name', () => {
    const calls = [
      call('exit_group'),
      call('rt_sigreturn'),
      call('clone3'),
      call('execve'),
      call('mmap2', { abi: 'i386' }),
      call('getpid', { abi: 'x32' }),
    ];
    const { onlyFalco, onlyLedger } = crossCheck(calls, ['clone', 'execve', 'mmap']);
    assert.deepEqual([onlyFalco, onlyLedger], [[], []]);
  });

  it('counts every caller and every denial for the ledger: Falco sees each call return, whoever answers it', () => {
    const calls = [
      call('prctl', { origins: ['setup'] }),
      call('capset', { origins: ['runtime-filtered'] }),
      call('ls', { origins: ['exec:foreign'] }),
      call('clone3', { errno: 38 }),
    ];
    assert.deepEqual(crossCheck(calls, ['prctl', 'capset', 'ls', 'clone3']).onlyFalco, []);
  });

  it("expects of Falco neither the runtime's set-up, part of which happens elsewhere, nor calls that a filter answered", () => {
    const origins: Origin[] = ['setup', 'runtime-filtered'];
    const calls = [call('pivot_root', { origins }), call('clone3', { errno: 38 })];
    assert.deepEqual(crossCheck(calls, []).onlyLedger, []);
    assert.deepEqual(crossCheck([call('read', { origins: ['setup', 'serving'] })], []).onlyLedger, ['read']);
    assert.deepEqual(crossCheck([call('read', { origins: ['exec:foreign'] })], []).onlyLedger, ['read']);
  });

  it('names a call that both ABIs made once', () => {
    const calls = [call('read'), call('read', { abi: 'i386' })];
    assert.deepEqual(crossCheck(calls, []).onlyLedger, ['read']);
    assert.deepEqual(crossCheck([], ['read', 'read']).onlyFalco, ['read']);
  });
});
