import assert from 'node:assert/strict';
import { falcoNameOf, kernelNameOf, reportedAs } from '../../../profile/falco-names.ts';
import { ABIS, type Abi } from '../../../profile/recording.ts';
import { numbersOf } from '../../../profile/syscalls/names.ts';

const syscallNames = (abi: Abi): string[] => [...numbersOf(abi).values()];

describe('names of Falco and names of the kernel', () => {
  it('gives back the kernel name of what Falco renamed, and leaves every other name alone', () => {
    assert.deepEqual(['pread', 'pwrite', 'prlimit', 'openat'].map(kernelNameOf), [
      'pread64',
      'pwrite64',
      'prlimit64',
      'openat',
    ]);
    for (const name of syscallNames('x86_64')) assert.equal(kernelNameOf(falcoNameOf(name)), name);
  });

  it('takes events that are no system calls for none', () => {
    for (const name of ['procexit', 'switch', 'signaldeliver', 'page_fault', 'container']) {
      assert.equal(kernelNameOf(name), null);
    }
    for (const abi of ABIS) {
      for (const name of syscallNames(abi)) {
        assert.ok(kernelNameOf(name) !== null, name);
      }
    }
  });

  it('expects no report of calls that do not return, nor of x32', () => {
    for (const name of ['exit', 'exit_group', 'rt_sigreturn']) assert.deepEqual(reportedAs('x86_64', name), []);
    assert.deepEqual(reportedAs('x32', 'openat'), []);
    assert.deepEqual(reportedAs('aarch64', 'openat'), ['openat']);
  });

  it('looks for 32-bit calls under the 64-bit names they are told by', () => {
    assert.deepEqual(reportedAs('i386', 'mmap2'), ['mmap']);
    assert.deepEqual(reportedAs('i386', 'read'), ['read']);
    assert.deepEqual(reportedAs('i386', 'waitpid'), []);
    assert.ok(reportedAs('i386', 'socketcall').includes('connect'));
    assert.deepEqual(reportedAs('x86_64', 'mmap2'), ['mmap2']);
  });

  it('expects every 32-bit call that is reported under a name that 64-bit programs have', () => {
    const known = new Set(syscallNames('x86_64'));
    for (const name of syscallNames('i386')) {
      for (const told of reportedAs('i386', name)) assert.ok(known.has(told), `${name} as ${told}`);
    }
  });

  it('accepts that a success is told by the event of the new program or the new child', () => {
    assert.deepEqual(reportedAs('x86_64', 'execveat'), ['execveat', 'execve']);
    assert.deepEqual(reportedAs('aarch64', 'clone3'), ['clone3', 'clone']);
  });
});
