import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Abi, CallArguments } from '../../../profile/recording.ts';
import type { ContainerReading } from '../../../tracer/ledger/ledger.ts';
import { compile, makeCgroup, runInside } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';

const NR = { socket: 41, unshare: 272, mmap: 9, process_madvise: 440, perf_event_open: 298, ioctl: 16, shutdown: 48 };
const PRCTL = 157;
const PERSONALITY = 135;
const I386 = { prctl: 172, socket: 359, mmap2: 192, fcntl64: 221 };

const low = (value: bigint): string => BigInt.asUintN(32, value).toString();
const whole = (value: bigint): string => BigInt.asUintN(64, value).toString();
const GARBAGE = 0xdeadbeef00000000n;

function argumentsOf(container: ContainerReading | undefined, abi: Abi, nr: number): CallArguments | undefined {
  const entry = container?.entries.find((one) => one.abi === abi);
  return entry?.arguments.find((call) => call.nr === nr);
}

function upFrom(first: number, count: number): string[][] {
  return Array.from({ length: count }, (_, step) => [String(first + step)]);
}

describe('the values of arguments', function () {
  const stage = stageForEach();

  async function readProgram(): Promise<{ container: ContainerReading | undefined; reasons: readonly string[] }> {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const program = join(stage.folder, 'arguments');
    compile('arguments', program);
    runInside(makeCgroup(pod, 'one'), `exec ${program}`);
    const { containers, reasons } = slot.read();
    await slot.leave();
    return { container: containers[0], reasons };
  }

  it('are those that the program passed: ints in their low 32 bits, longs whole, from each register and both entries', async () => {
    const { container, reasons } = await readProgram();
    assert.deepEqual(reasons, []);
    const native = (nr: number): string[][] | undefined => argumentsOf(container, 'x86_64', nr)?.tuples;
    assert.deepEqual(native(NR.socket), [
      ['1', '2', '4000'],
      [low(-1n), low(-2n), low(-3n)],
    ]);
    assert.deepEqual(native(NR.unshare), [[whole(GARBAGE)]]);
    assert.ok(native(NR.mmap)?.some(([prot, flags]) => prot === whole(0x8000000000000001n) && flags === '34'));
    assert.deepEqual(native(NR.process_madvise), [['77']]);
    assert.deepEqual(native(NR.perf_event_open), [[String(0x5500000000)]]);
    assert.deepEqual(native(PERSONALITY), [[low(-1n)]]);
    const i386 = (nr: number): string[][] | undefined => argumentsOf(container, 'i386', nr)?.tuples;
    assert.deepEqual(i386(I386.prctl), [[low(-5n)]]);
    assert.deepEqual(i386(I386.socket), [['9000', low(-7n), '1']]);
    assert.deepEqual(i386(I386.mmap2), [[String(0x71), String(0x72)]]);
    assert.equal(argumentsOf(container, 'i386', I386.fcntl64), undefined);
  });

  it('are all there up to 32 tuples of a call, and from the 33rd on the call is said to be wide', async () => {
    const { container } = await readProgram();
    assert.deepEqual(argumentsOf(container, 'x86_64', NR.shutdown), {
      nr: NR.shutdown,
      indices: [1],
      tuples: upFrom(200, 32),
      wide: false,
    });
    assert.deepEqual(argumentsOf(container, 'x86_64', NR.ioctl), {
      nr: NR.ioctl,
      indices: [1],
      tuples: [],
      wide: true,
    });
  });

  it('are counted once where threads meet them at the same time', async () => {
    const { container } = await readProgram();
    assert.deepEqual(argumentsOf(container, 'x86_64', PRCTL)?.tuples, upFrom(7000, 24));
  });
});
