/** A profile's rules held to a bound: what is plainly within it stays, what it narrows is narrowed, the rest is named. */
import type { Alternatives, Bound } from './default-bound.ts';
import type { OciCondition, OciProfile, OciRule } from './oci-profile.ts';

export type Bounded =
  | { readonly kind: 'within'; readonly rules: readonly OciRule[] }
  /** What the profile lets through beyond the bound, sorted. */
  | { readonly kind: 'beyond'; readonly names: readonly string[] };

/** Stands for the default action, where that lets calls through. */
const EVERY_OTHER = 'every call without a rule';

const CLOSED: readonly OciRule['action'][] = [
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
];

export function withinBound({ defaultAction, rules }: OciProfile, bound: Bound): Bounded {
  const beyond = new Set(CLOSED.includes(defaultAction) ? [] : [EVERY_OTHER]);
  const kept = rules.flatMap((rule): OciRule[] => {
    if (CLOSED.includes(rule.action)) return [rule];
    return rule.names.flatMap((name) => {
      const narrowed = rule.action === 'SCMP_ACT_ALLOW' && rule.where === '' ? narrow(rule, bound.get(name)) : null;
      if (narrowed === null) beyond.add(name);
      return (narrowed ?? []).map((args) => ({ ...rule, names: [name], args }));
    });
  });
  return beyond.size > 0 ? { kind: 'beyond', names: [...beyond].sort() } : { kind: 'within', rules: kept };
}

/** null where the rule lets something through, or may, that none of the alternatives does. */
function narrow({ args }: OciRule, ways: Alternatives | undefined): Alternatives | null {
  if (ways === undefined) return null;
  if (ways.some((conditions) => conditions.length === 0)) return [args];
  if (args.length === 0) return ways;
  return ways.some((conditions) => implies(args, conditions)) ? [args] : null;
}

function implies(args: readonly OciCondition[], conditions: readonly OciCondition[]): boolean {
  // Runtimes make alternatives of conditions on the same argument.
  if (new Set(args.map(({ index }) => index)).size < args.length) return false;
  return conditions.every((wanted) => args.some((given) => given.index === wanted.index && impliesOne(given, wanted)));
}

/** The low 32 bits are all that counts of the arguments that the default profile looks at: they are ints. */
const LOW_HALF = 0xffffffff;

function impliesOne(given: OciCondition, wanted: OciCondition): boolean {
  const known = knownBits(given);
  if (known === null) return false;
  const value = BigInt(known.value);
  if (wanted.op === 'SCMP_CMP_MASKED_EQ') {
    const mask = BigInt(wanted.value);
    return (BigInt(known.mask) & mask) === mask && (value & mask) === BigInt(wanted.valueTwo);
  }
  if (known.mask !== LOW_HALF) return false;
  if (wanted.op === 'SCMP_CMP_EQ') return known.value === wanted.value;
  return wanted.op === 'SCMP_CMP_LT'
    ? known.value < wanted.value
    : wanted.op === 'SCMP_CMP_GT' && known.value > wanted.value;
}

function knownBits({ op, value, valueTwo }: OciCondition): { readonly mask: number; readonly value: number } | null {
  if (op === 'SCMP_CMP_EQ') return { mask: LOW_HALF, value };
  return op === 'SCMP_CMP_MASKED_EQ' ? { mask: value, value: valueTwo } : null;
}
