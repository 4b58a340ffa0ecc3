import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import { recordFigure } from '../../figure.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import { assertExact } from './exact.ts';
import { programsForAll } from './hooks.ts';
import { everyCall, everyNumber } from './perils.ts';

/** getppid by each native interface: what the busy thread calls. */
const GETPPID = { 64: 110, 32: 64 } as const;

describe('a program that makes every call of a table once, beside a thread that makes one as fast as it can', function () {
  const stage = stageForAll();
  const programs = programsForAll(stage);

  async function compare(
    context: Context,
    bits: 64 | 32,
    abi: 'x86_64' | 'i386',
    letter: 'n' | 'i' | 'v',
  ): Promise<void> {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const script = `h${GETPPID[bits]}${everyCall(abi, letter).join('')}`;
    const { own } = await programs.run(makeCgroup(pod, 'one'), script, { bits });
    const { containers, reasons } = slot.read();
    assert.deepEqual(own[abi], everyNumber(abi), 'the program did not call what it was to call');
    assertExact(containers[0], own);
    assert.deepEqual([containers.length, reasons], [1, ['io-uring']], 'io_uring_setup is one of the calls');
    recordFigure(context, `${own[abi].length} numbers, none missing, none added`);
    await slot.leave();
  }

  it('is recorded with nothing missing and nothing added: the x86_64 table', async function () {
    await compare(this, 64, 'x86_64', 'n');
  });

  it('is recorded with nothing missing and nothing added: the i386 table, from a 64-bit program by int 0x80', async function () {
    await compare(this, 64, 'i386', 'i');
  });

  it('is recorded with nothing missing and nothing added: the i386 table, from a 32-bit program by int 0x80', async function () {
    await compare(this, 32, 'i386', 'i');
  });

  it('is recorded with nothing missing and nothing added: the i386 table, from a 32-bit program by its C library’s entry', async function () {
    await compare(this, 32, 'i386', 'v');
  });
});
