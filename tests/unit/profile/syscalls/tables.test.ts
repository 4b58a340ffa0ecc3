import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { ABIS, MAX_SYSCALLS } from '../../../../profile/recording.ts';
import { AARCH64 } from '../../../../profile/syscalls/aarch64.ts';
import { I386 } from '../../../../profile/syscalls/i386.ts';
import { isKnownName, nameOf } from '../../../../profile/syscalls/names.ts';
import { parseGoConstants, parseKernelHeader, renderTable, toRows } from '../../../../profile/syscalls/source.ts';
import { tableOf } from '../../../../profile/syscalls/table.ts';
import { X32 } from '../../../../profile/syscalls/x32.ts';
import { X86_64 } from '../../../../profile/syscalls/x86_64.ts';
import { skipBecause } from '../../../skip.ts';

const HEADERS = '/usr/include/x86_64-linux-gnu/asm';

describe('the syscall tables', () => {
  for (const [file, table] of [
    ['unistd_64.h', X86_64],
    ['unistd_32.h', I386],
    ['unistd_x32.h', X32],
  ] as const) {
    it(`agree with every number of this machine's ${file}`, function () {
      const path = `${HEADERS}/${file}`;
      if (!existsSync(path)) skipBecause(this, `${path} (package linux-libc-dev) is not installed`);
      const header = parseKernelHeader(readFileSync(path, 'utf8'));
      assert.ok(header.size > 300, `only ${header.size} numbers found in ${path}`);
      for (const [number, name] of header) assert.equal(table.get(number), name, `number ${number}`);
    });
  }

  it('have one number per name and fit the rows of the ledger', () => {
    for (const table of [X86_64, I386, X32, AARCH64]) {
      assert.equal(new Set(table.values()).size, table.size);
      assert.ok(Math.max(...table.keys()) < MAX_SYSCALLS);
    }
  });

  it('share the numbers that all architectures have had since Linux 5.1', () => {
    for (const abi of ABIS) assert.equal(nameOf(abi, 435), 'clone3');
    assert.deepEqual(
      [nameOf('aarch64', 56), nameOf('x32', 520), nameOf('i386', 102)],
      ['openat', 'execve', 'socketcall'],
    );
  });

  it('call an unknown number by its number, which is no known name', () => {
    assert.equal(nameOf('x86_64', 400), 'nr:400');
    assert.equal(isKnownName('nr:400', ABIS), false);
  });

  it('know a name where any of the ABIs has it', () => {
    assert.equal(isKnownName('arch_prctl', ['aarch64']), false);
    assert.equal(isKnownName('arch_prctl', ['aarch64', 'x86_64']), true);
    assert.equal(isKnownName('socketcall', ['x86_64']), false);
  });
});

describe('the generator of the tables', () => {
  it('reads the constants of golang.org/x/sys, but for those that are no calls', () => {
    const text = '\tSYS_READ   = 0\n\tSYS__LLSEEK = 140\n\tSYS_ARCH_SPECIFIC_SYSCALL = 244\n\tOTHER = 9\n';
    assert.deepEqual(
      [...parseGoConstants(text)],
      [
        [0, 'read'],
        [140, '_llseek'],
      ],
    );
  });

  it('writes rows that read back as the same table, in order and short enough', () => {
    const table = new Map([...X86_64, ...I386].reverse());
    const rows = toRows(table);
    assert.deepEqual(new Map([...tableOf(rows)].toSorted()), new Map([...table].toSorted()));
    assert.ok(rows.every(([, names]) => names.length <= 110));
    assert.deepEqual(
      [...tableOf(rows).keys()],
      [...table.keys()].sort((a, b) => a - b),
    );
  });

  it('names the source in the file', () => {
    const text = renderTable('X', 'somewhere 1.0', new Map([[7, 'poll']]));
    assert.match(text, /Source: somewhere 1\.0\./);
    assert.match(text, /export const X = tableOf\(\[\n {2}\[7, 'poll'\],\n\]\);/);
  });
});
