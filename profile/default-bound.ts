/**
 * What RuntimeDefault allows, as rules: the bound of what Flak places on nodes where a pod's author could not do without
 * RuntimeDefault either. From the same source as runtime-default.ts.
 */
import type { OciCondition } from './oci-profile.ts';
import { ABIS } from './recording.ts';
import { ALLOWED_BY_CONTAINERD, runtimeDefaultOf } from './runtime-default.ts';
import { NAMESPACE_FLAGS } from './enforced.ts';
import { numbersOf } from './syscalls/names.ts';

/** Alternatives, of each of which all conditions hold; one without conditions stands for any arguments. */
export type Alternatives = readonly (readonly OciCondition[])[];
/** Call → how it gets through; calls that aren't in it don't. */
export type Bound = ReadonlyMap<string, Alternatives>;

const ANY: Alternatives = [[]];

function on(op: OciCondition['op'], value: number, valueTwo = 0): Alternatives[number] {
  return [{ index: 0, op, value, valueTwo }];
}

/** The conditions of the three calls that the default profile narrows. A family of sockets is below 38, 39, or above 40. */
const NARROWED: Readonly<Record<string, Alternatives>> = {
  clone: [on('SCMP_CMP_MASKED_EQ', NAMESPACE_FLAGS, 0)],
  personality: [0, 8, 0x20000, 0x20008, 0xffffffff].map((value) => on('SCMP_CMP_EQ', value)),
  socket: [on('SCMP_CMP_LT', 38), on('SCMP_CMP_EQ', 39), on('SCMP_CMP_GT', 40)],
};

/** Capabilities that containers have unless they are taken away (github.com/moby/moby, oci/caps/defaults.go; CRI runtimes too). */
const DEFAULT_CAPABILITIES: readonly string[] =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'
    .split(' ')
    .map((name) => `CAP_${name}`);

export interface CapabilityChange {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

/** What RuntimeDefault is for a container whose capabilities its spec changes so (names with or without `CAP_`). */
export function boundOf(change: CapabilityChange): Bound {
  const has = capabilitiesOf(change);
  const names = new Set(ABIS.flatMap((abi) => [...numbersOf(abi).values()]));
  return new Map(
    [...names].flatMap((name) => {
      const ways = alternativesOf(name, has);
      return ways === null ? [] : [[name, ways] as const];
    }),
  );
}

function alternativesOf(name: string, has: (capability: string) => boolean): Alternatives | null {
  const verdict = runtimeDefaultOf(name);
  if (verdict.kind === 'allowed' || ALLOWED_BY_CONTAINERD.includes(name)) return ANY;
  if (verdict.kind === 'narrowed') return name === 'clone' && has('CAP_SYS_ADMIN') ? ANY : (NARROWED[name] ?? null);
  return verdict.kind === 'with-capability' && verdict.capabilities.some(has) ? ANY : null;
}

function capabilitiesOf({ add, drop }: CapabilityChange): (capability: string) => boolean {
  const [added, dropped] = [new Set(add.map(fullName)), new Set(drop.map(fullName))];
  const kept = dropped.has(ALL) ? [] : DEFAULT_CAPABILITIES.filter((name) => !dropped.has(name));
  return (capability) =>
    added.has(capability) || (added.has(ALL) && !dropped.has(capability)) || kept.includes(capability);
}

const ALL = 'CAP_ALL';

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
