/** Flak's recording of a container beside the independent one, by system call interface and number. */
import { GATE_CONTAINER } from '../../profile/contribution.ts';
import type { Abi, ContainerRecording, RecordedReport } from '../../profile/recording.ts';
import { nameOf } from '../../profile/syscalls/names.ts';
import type { MachineRecording, SeenCall } from './recorder-output.ts';

/** `<abi> <name>`, sorted: what people read when two sets differ. */
export type CallNames = readonly string[];

/** x32 numbers carry this bit in the kernel (arch/x86/include/uapi/asm/unistd.h). */
const X32_SYSCALL_BIT = 0x40000000;

/** Containers of the target itself: neither the pause container, which lives from before the gate, nor the gate. */
export function targetContainers({ containers }: RecordedReport): readonly ContainerRecording[] {
  return containers.filter(({ kind, name }) => kind !== 'sandbox' && name !== GATE_CONTAINER);
}

/** What Flak saw the kernel answer, over all origins. */
export function recordedCalls({ entries }: ContainerRecording): CallNames {
  return sortedNames(entries.flatMap(({ abi, calls }) => calls.map(({ nr }) => ({ abi, nr }))));
}

/** What Flak saw a seccomp filter answer, over all origins. */
export function deniedCalls({ entries }: ContainerRecording): CallNames {
  return sortedNames(entries.flatMap(({ abi, denied }) => denied.map(({ nr }) => ({ abi, nr }))));
}

/** cgroups of a container and of what it nested: runtimes name them after the container's ID. */
export function cgroupsOf({ cgroups }: MachineRecording, containerId: string): readonly bigint[] {
  return [...cgroups].filter(([, path]) => path.includes(containerId)).map(([id]) => id);
}

/** What the machine-wide recorder saw in the container's cgroups. Native numbers are x86_64's, where bpftrace runs. */
export function independentCalls(machine: MachineRecording, containerId: string): CallNames {
  return sortedNames(cgroupsOf(machine, containerId).flatMap((id) => (machine.calls.get(id) ?? []).map(callOf)));
}

function callOf({ nr, compat }: SeenCall): { abi: Abi; nr: number } {
  if (compat) return { abi: 'i386', nr };
  return nr >= X32_SYSCALL_BIT ? { abi: 'x32', nr: nr - X32_SYSCALL_BIT } : { abi: 'x86_64', nr };
}

function sortedNames(calls: readonly { readonly abi: Abi; readonly nr: number }[]): CallNames {
  return [...new Set(calls.map(({ abi, nr }) => `${abi} ${nameOf(abi, nr)}`))].sort();
}
