/** Whether a profile lets a call with certain values pass, as libseccomp understands its rules. */
import { watchOf } from '../profile/arguments.ts';
import type { ArgumentCondition } from '../profile/groups.ts';
import type { SeccompProfile } from '../profile/seccomp.ts';

/** @param tuple values of the call's watched arguments, joined by commas */
export function allows({ syscalls }: SeccompProfile, name: string, tuple: string): boolean {
  const indices = watchOf('x86_64', name)?.indices ?? [];
  const values = tuple.split(',').map(BigInt);
  const registers = new Map(indices.map((index, place) => [index, values[place] ?? 0n]));
  const rules = syscalls.filter(({ names, action }) => names.includes(name) && action === 'SCMP_ACT_ALLOW');
  return rules.some(({ args }) => (args ?? []).every((condition) => holds(condition, registers)));
}

function holds(condition: ArgumentCondition, registers: ReadonlyMap<number, bigint>): boolean {
  const register = registers.get(condition.index) ?? 0n;
  if (condition.op === 'SCMP_CMP_EQ') return register === BigInt(condition.value);
  return (register & BigInt(condition.value)) === BigInt(condition.valueTwo);
}
