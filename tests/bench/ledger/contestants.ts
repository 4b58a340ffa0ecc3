/** What is attached while calls are timed: nothing, programs that do nothing, a counter, and ledgers with more and more targets. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Slot } from '../../../tracer/ledger/ledger.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import { encodeU64 } from '../../../tracer/ledger/layout.ts';
import { loadBpf } from '../../../tracer/ledger/libbpf.ts';
import type { PodCgroup, Stage } from '../../integration/tracer-ledger/stage.ts';
import { cgroupId } from '../../integration/tracer-ledger/stage.ts';
import { COUNTER, ENTER, FLOOR, NOTHING } from './budgets.ts';
import type { Attachable, KernelPrograms, PinnedLink } from './kernel-programs.ts';

export interface Contestant {
  readonly name: string;
  readonly programs: Attachable;
  remove(): Promise<void>;
}

/** In the order in which the ledger attaches them. */
const LEDGER_LINKS: readonly PinnedLink[] = [
  { pin: 'ledger_fork', tracepoint: 'sched_process_fork' },
  { pin: 'ledger_exec', tracepoint: 'sched_process_exec' },
  { pin: 'ledger_enter', tracepoint: 'sys_enter' },
  { pin: 'ledger_exit', tracepoint: 'sys_exit' },
];
const EMPTY_ENTER: PinnedLink = { pin: 'empty_enter', tracepoint: 'sys_enter' };
const EMPTY_EXIT: PinnedLink = { pin: 'empty_exit', tracepoint: 'sys_exit' };
const COUNT_ENTER: PinnedLink = { pin: 'count_enter', tracepoint: 'sys_enter' };

function compileYardsticks(folder: string): string {
  const output = join(folder, 'yardsticks.bpf.o');
  const source = join(import.meta.dirname, 'programs/yardsticks.bpf.c');
  const headers = `/usr/include/${execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()}-linux-gnu`;
  const target = process.arch === 'arm64' ? 'arm64' : 'x86';
  const flags = ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', `-D__TARGET_ARCH_${target}`, '-Wall', '-Werror'];
  execFileSync('clang', [...flags, '-idirafter', headers, '-c', source, '-o', output]);
  return output;
}

/** @param counted the cgroup whose calls the counter counts; all others it lets go at once */
export function loadYardsticks(stage: Stage, kernel: KernelPrograms, counted: string): Contestant[] {
  const bpf = loadBpf();
  const object = bpf.load(compileYardsticks(stage.folder));
  const bpffs = join(stage.options.pinRoot, '..');
  const yardstick = (name: string, links: readonly PinnedLink[]): Contestant => {
    const directory = join(bpffs, name.replaceAll(/\W/g, '_'));
    mkdirSync(directory);
    for (const { pin } of links) object.attachAndPin(pin, join(directory, pin));
    const adopted = kernel.adopt(directory, links);
    const remove = (): Promise<void> => {
      adopted.release();
      return Promise.resolve();
    };
    return { name, programs: adopted, remove };
  };
  object.writeArray('.bss', [{ index: 0, bytes: encodeU64(cgroupId(counted)) }]);
  const yardsticks = [
    yardstick(NOTHING, []),
    yardstick(ENTER, [EMPTY_ENTER]),
    yardstick(FLOOR, [EMPTY_ENTER, EMPTY_EXIT]),
    yardstick(COUNTER, [COUNT_ENTER]),
  ];
  object.close();
  return yardsticks;
}

/** A ledger of its own on a stage of its own, which all the pods have joined through the tracer's code. */
export async function joinLedger(
  stage: Stage,
  kernel: KernelPrograms,
  pods: readonly PodCgroup[],
  { name, objectFile }: { readonly name: string; readonly objectFile: string },
): Promise<Contestant> {
  const opened = openLedger({ ...stage.options, objectFile });
  if (opened.kind === 'refused') throw new Error(`${opened.refusal}: ${opened.detail}`);
  const slots: Slot[] = [];
  for (const { target } of pods) {
    const joined = await opened.ledger.join(target);
    if (joined.kind === 'refused') throw new Error(`${joined.refusal}: ${joined.detail}`);
    slots.push(joined.slot);
  }
  const { pinRoot } = stage.options;
  const programs = kernel.adopt(join(pinRoot, readdirSync(pinRoot)[0] ?? ''), LEDGER_LINKS);
  return {
    name,
    programs,
    remove: async () => {
      programs.release();
      for (const slot of slots) await slot.leave();
      opened.ledger.close();
    },
  };
}
