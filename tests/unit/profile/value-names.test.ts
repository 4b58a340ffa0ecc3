import assert from 'node:assert/strict';
import { nameOfMask, nameOfTuple, nameOfValue } from '../../../profile/value-names.ts';

describe("a value's name", () => {
  it('is that of the headers, with the flags beside it', () => {
    for (const [call, index, value, name] of [
      ['socket', 0, 2, 'AF_INET'],
      ['socket', 0, 0, 'AF_UNSPEC'],
      // socket(2, 524289, 0), as strace shows it.
      ['socket', 1, 524_289, 'SOCK_STREAM|SOCK_CLOEXEC'],
      ['socketpair', 1, 0x80805, 'SOCK_SEQPACKET|SOCK_NONBLOCK|SOCK_CLOEXEC'],
      ['setsockopt', 1, 0, 'IPPROTO_IP'],
      ['getsockopt', 1, 1, 'SOL_SOCKET'],
      ['ioctl', 1, 0x5401, 'TCGETS'],
      ['ioctl', 1, 0x802c542a, 'TCGETS2'],
      ['prctl', 0, 15, 'PR_SET_NAME'],
      ['unshare', 0, 0x50000000, 'CLONE_NEWUSER|CLONE_NEWNET'],
      ['mknodat', 2, 0x1000, 'S_IFIFO'],
    ] as const)
      assert.equal(nameOfValue(call, index, value), name);
  });

  it('is the number where a part of it has none, or nothing is known of the argument', () => {
    for (const [call, index, value, text] of [
      ['socket', 0, 99, '99'],
      ['socket', 1, 0x80007, '0x80007'],
      ['clone', 0, 0, '0'],
      ['unshare', 0, 0x20000 + 2 ** 40, '0x10000020000'],
      ['socket', 2, 6, '6'],
      ['read', 0, 5000, '0x1388'],
    ] as const)
      assert.equal(nameOfValue(call, index, value), text);
  });

  it('stands for each watched argument of a call', () => {
    assert.equal(nameOfTuple('x86_64', 'socket', '2,524289,0'), 'AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0');
    assert.equal(nameOfTuple('x86_64', 'unshare', '18446744073709551615'), '18446744073709551615');
    assert.equal(nameOfTuple('x86_64', 'read', '7'), '7');
  });

  it('has masks that rules compare by', () => {
    assert.equal(nameOfMask('socket', 1, 15), 'SOCK_TYPE_MASK');
    assert.equal(nameOfMask('clone', 0, 0x7e020000), 'CLONE_NEW*');
    assert.equal(nameOfMask('clone', 0, 255), '255');
    assert.equal(nameOfMask('read', 0, 0xf000), '0xf000');
  });
});
