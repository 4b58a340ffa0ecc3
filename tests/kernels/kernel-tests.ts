/** The tests that every booted kernel has to pass. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { tryCommand } from '../cluster/run-command.ts';
import { recordFigure } from '../figure.ts';
import { skipBecause } from '../skip.ts';
import type { Suite } from './archive.ts';
import { fetchKernel } from './archive.ts';
import type { Booted } from './boot.ts';
import { boot } from './boot.ts';
import { makeInitramfs } from './initramfs.ts';
import type { Fact, Mode, Recorded } from './result.ts';

/** Boots the suite's kernel once. Skips, with the reason, where it can't be had. */
export async function bootSuite(context: Context, suite: Suite, parameters: readonly string[]): Promise<Booted> {
  if (process.arch !== 'x64') skipBecause(context, `the guest is an x86_64 machine, this is ${process.arch}`);
  if ((await tryCommand(['qemu-system-x86_64', '--version'])) === undefined) {
    skipBecause(context, 'qemu-system-x86 is not installed; `npm run test:integration` does that');
  }
  const fetched = await fetchKernel(suite);
  if (fetched.kind === 'unavailable') skipBecause(context, fetched.reason);
  const folder = mkdtempSync(join(tmpdir(), 'flak-boot-'));
  try {
    return await boot({ kernel: fetched.path, initramfs: makeInitramfs(folder), folder, parameters });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a kernel may lose: where it leaves a program out it counts that, and the reading says `calls-missed`. */
export type Loss = 'nothing' | 'what it counts';

function assertSame({ noted, recorded, reasons }: Recorded, mode: Mode, loss: Loss, atLeast: number): void {
  const expected = [...new Set(noted[mode])].sort();
  const found = new Set(recorded[mode]);
  assert.ok(expected.length >= atLeast, `the program noted only ${expected.length} calls`);
  const isAdmitted = loss === 'what it counts' && reasons.includes('calls-missed');
  assert.deepEqual([...found].sort(), isAdmitted ? expected.filter((fact) => found.has(fact)) : expected);
}

function denialsOf(facts: readonly Fact[] | undefined): Fact[] {
  return (facts ?? []).filter((fact) => fact.includes('denied')).sort();
}

/** What programs/calls.c has its filter deny, in the numbers of linux/errno.h. */
const DENIALS: readonly Fact[] = [
  'startup i386 64 denied 5',
  'startup x86_64 100 denied 22',
  'startup x86_64 140 denied 13',
  'startup x86_64 143 denied 4095',
  'startup x86_64 145 denied 1',
  'startup x86_64 435 denied 38',
];

/** The promises of the ledger about one recording. @param obtain runs once */
export function testRecording(
  title: string,
  obtain: (context: Context) => Promise<Booted>,
  loss: Loss = 'nothing',
): void {
  describe(`the ledger ${title}`, function () {
    let result: Recorded;

    before(async function () {
      this.timeout(900_000);
      const { told, console } = await obtain(this);
      if (told.kind === 'refused') assert.fail(`${console}\n${told.refusal}: ${told.detail}`);
      result = told;
    });

    it('passes the verifier, and is attached by the tracer’s own loader', function () {
      recordFigure(this, `Linux ${result.release}`);
      assert.deepEqual(Object.keys(result.recorded).sort(), Object.keys(result.noted).sort());
    });

    it('records every number of the table beside a busy thread, by all three interfaces, and nothing else', () => {
      assertSame(result, 'every', loss, 576);
    });

    it('records what threads and children of every kind call, and nothing else', () => {
      assertSame(result, 'children', loss, 20);
    });

    it('tells startup from serving, and probes from strangers', () => {
      assertSame(result, 'serve', loss, 10);
      const origins = new Set(
        Object.values(result.recorded).flatMap((facts) => facts.map((fact) => fact.split(' ')[0])),
      );
      assert.deepEqual([...origins].sort(), ['exec:foreign', 'exec:probe', 'serving', 'setup', 'startup']);
    });

    it('keeps the values of watched arguments, the low half of the register where the kernel looks at that alone', () => {
      assert.deepEqual(result.sockets, {
        every: ['4294967295,4294967295,4294967295'],
        children: ['2,1,6'],
        denied: [],
        serve: [],
      });
    });

    it('names each denied call with its error number, and takes no fork, exec or failure for a denial', () => {
      assertSame(result, 'denied', loss, 20);
      assert.deepEqual(denialsOf(result.recorded['denied']), DENIALS);
    });

    it(`has lost ${loss}`, () => {
      const admitted = loss === 'nothing' ? [] : ['calls-missed'];
      assert.deepEqual(
        result.reasons.filter((reason) => !admitted.includes(reason)),
        ['io-uring'],
      );
    });
  });
}

/** @param title of the kernel, as docs/ledger.md names it */
export function testKernel(
  title: string,
  suite: Suite,
  parameters: readonly string[] = [],
  loss: Loss = 'nothing',
): void {
  testRecording(`on ${title}`, (context) => bootSuite(context, suite, parameters), loss);
}
