/** Whether a profile lets a recorded call through: the rules of its name taken together, as libseccomp does. */
import type { OciCondition, OciProfile, OciRule } from './oci-profile.ts';
import type { Abi } from './recording.ts';

export type Permission =
  | { readonly kind: 'allowed' }
  /** A rule of its own answers it, as the profile means it: no surprise. */
  | { readonly kind: 'answered'; readonly rule: OciRule }
  /** `tuples`: the recorded values that no rule allows; empty where the values don't matter. */
  | { readonly kind: 'denied'; readonly tuples: readonly string[] }
  /** Rules look at values that were not recorded, or were too many. */
  | { readonly kind: 'unsure' };

export interface MadeCall {
  readonly abi: Abi;
  readonly name: string;
  /** Values that it was made with, comma-separated in the order of `indices`; undefined where they aren't known. */
  readonly values?: { readonly indices: readonly number[]; readonly tuples: readonly string[] } | undefined;
}

const ARCHITECTURES: Readonly<Record<Abi, string>> = {
  x86_64: 'SCMP_ARCH_X86_64',
  i386: 'SCMP_ARCH_X86',
  x32: 'SCMP_ARCH_X32',
  aarch64: 'SCMP_ARCH_AARCH64',
};
const LETTING_THROUGH: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'];

/** @param native whose calls are filtered whether or not the profile lists it (seccomp_init(3)) */
export function permissionOf(profile: OciProfile, native: Abi, call: MadeCall): Permission {
  const isListed = call.abi === native || profile.architectures.includes(ARCHITECTURES[call.abi]);
  if (!isListed) return { kind: 'denied', tuples: [] };
  const rules = profile.rules.filter(({ names, where }) => where === '' && names.includes(call.name));
  const bare = rules.find(({ args }) => args.length === 0);
  if (bare) return isOpen(bare) ? { kind: 'allowed' } : { kind: 'answered', rule: bare };
  if (LETTING_THROUGH.includes(profile.defaultAction)) return { kind: 'allowed' };
  const open = rules.filter(isOpen);
  if (open.length === 0) return { kind: 'denied', tuples: [] };
  const { values } = call;
  if (!values || open.some(({ args }) => args.some(({ index }) => !values.indices.includes(index))))
    return { kind: 'unsure' };
  const refused = values.tuples.filter((tuple) => !open.some(({ args }) => meets(args, values.indices, tuple)));
  return refused.length === 0 ? { kind: 'allowed' } : { kind: 'denied', tuples: refused };
}

function isOpen({ action }: OciRule): boolean {
  return LETTING_THROUGH.includes(action);
}

/** One rule's conditions hold together, but those on the same argument are alternatives: runc makes a rule of each. */
function meets(conditions: readonly OciCondition[], indices: readonly number[], tuple: string): boolean {
  const values = tuple.split(',').map(BigInt);
  const results = conditions.map((condition) => holds(condition, values[indices.indexOf(condition.index)] ?? 0n));
  const isRepeated = new Set(conditions.map(({ index }) => index)).size < conditions.length;
  return isRepeated ? results.some(Boolean) : results.every(Boolean);
}

function holds({ op, value, valueTwo }: OciCondition, actual: bigint): boolean {
  const wanted = BigInt(value);
  switch (op) {
    case 'SCMP_CMP_NE':
      return actual !== wanted;
    case 'SCMP_CMP_LT':
      return actual < wanted;
    case 'SCMP_CMP_LE':
      return actual <= wanted;
    case 'SCMP_CMP_EQ':
      return actual === wanted;
    case 'SCMP_CMP_GE':
      return actual >= wanted;
    case 'SCMP_CMP_GT':
      return actual > wanted;
    case 'SCMP_CMP_MASKED_EQ':
      return (actual & wanted) === BigInt(valueTwo);
  }
}
