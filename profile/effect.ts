/** What a profile does with each call: the rules of one name taken together, and how a person reads that. */
import { watchOf } from './arguments.ts';
import { EVERY_BIT } from './enforced.ts';
import { compareText } from './instants.ts';
import type { OciCondition, OciProfile, OciRule } from './oci-profile.ts';
import { nameOfMask, nameOfValue } from './value-names.ts';
import { ABIS } from './vocabulary.ts';

export type EffectKind = 'allowed' | 'narrowed' | 'answered' | 'other';

export interface Effect {
  /** `narrowed`: only with some arguments, or in some containers. `other`: logged, traced, killed … */
  readonly kind: EffectKind;
  /** Equal for equal effects, whatever the order of the rules: `allowed if domain == AF_INET or domain == AF_UNIX`. */
  readonly text: string;
}

const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  22: 'EINVAL',
  38: 'ENOSYS',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
};
/** What runtimes answer where a profile names no number. */
const EPERM = 1;

/** Names that the profile treats otherwise than by its default action, each with what it does with them. */
export function effectsOf(profile: OciProfile): ReadonlyMap<string, Effect> {
  const byName = new Map<string, OciRule[]>();
  for (const rule of profile.rules)
    for (const name of rule.names) {
      const known = byName.get(name);
      if (known) known.push(rule);
      else byName.set(name, [rule]);
    }
  const byDefault = defaultEffect(profile).text;
  const effects = [...byName].map(([name, rules]) => [name, effectOf(name, rules)] as const);
  return new Map(effects.filter(([, { text }]) => text !== byDefault).sort(([a], [b]) => compareText(a, b)));
}

export function defaultEffect({ defaultAction, defaultErrno }: OciProfile): Effect {
  return actionEffect({ action: defaultAction, errno: defaultErrno });
}

/** libseccomp drops the rules with arguments of a call that another rule takes whatever its arguments. */
function effectOf(name: string, rules: readonly OciRule[]): Effect {
  const bare = rules.filter(({ args, where }) => args.length === 0 && where === '');
  if (bare[0]) return actionEffect(bare[0]);
  const alternatives = [...new Set(rules.map((rule) => alternativeOf(name, rule)))].sort(compareText);
  const text = alternatives.join(' or ');
  const allows = rules.every(({ action }) => action === 'SCMP_ACT_ALLOW');
  return allows ? { kind: 'narrowed', text: `allowed if ${text}` } : { kind: 'other', text };
}

function alternativeOf(name: string, rule: OciRule): string {
  const words = conditionsOf(name, rule);
  return rule.action === 'SCMP_ACT_ALLOW' ? words : `${actionEffect(rule).text} if ${words}`;
}

/** When the rule applies; empty for always. */
export function conditionsOf(name: string, { args, where }: OciRule): string {
  const conditions = args.map((arg) => describeCondition(name, arg)).join(' and ');
  return [conditions, where].filter(Boolean).join(', ');
}

/** The manual's names of the argument and its value where they are of those that Flak watches; else its place, and the number. */
export function describeCondition(name: string, { index, op, value, valueTwo }: OciCondition): string {
  const watch = ABIS.map((abi) => watchOf(abi, name)).find((found) => found?.indices.includes(index));
  const argument = watch?.names[watch.indices.indexOf(index)] ?? `arg${index}`;
  const named = nameOfValue(name, index, value);
  switch (op) {
    case 'SCMP_CMP_MASKED_EQ': {
      const part = value === EVERY_BIT ? argument : `${argument} & ${nameOfMask(name, index, value)}`;
      return `${part} == ${nameOfValue(name, index, valueTwo)}`;
    }
    case 'SCMP_CMP_EQ':
      return `${argument} == ${named}`;
    case 'SCMP_CMP_NE':
      return `${argument} != ${named}`;
    case 'SCMP_CMP_LT':
      return `${argument} < ${named}`;
    case 'SCMP_CMP_LE':
      return `${argument} <= ${named}`;
    case 'SCMP_CMP_GT':
      return `${argument} > ${named}`;
    case 'SCMP_CMP_GE':
      return `${argument} >= ${named}`;
  }
}

export function errnoName(errno: number): string {
  return ERRNO_NAMES[errno] ?? `errno ${errno}`;
}

function actionEffect({ action, errno }: Pick<OciRule, 'action' | 'errno'>): Effect {
  switch (action) {
    case 'SCMP_ACT_ALLOW':
      return { kind: 'allowed', text: 'allowed' };
    case 'SCMP_ACT_ERRNO':
      return { kind: 'answered', text: `answered ${errnoName(errno ?? EPERM)}` };
    case 'SCMP_ACT_LOG':
      return { kind: 'other', text: 'allowed and logged' };
    case 'SCMP_ACT_TRACE':
      return { kind: 'other', text: 'left to a tracer' };
    case 'SCMP_ACT_NOTIFY':
      return { kind: 'other', text: 'left to a listener' };
    case 'SCMP_ACT_TRAP':
      return { kind: 'other', text: 'ended by SIGSYS' };
    case 'SCMP_ACT_KILL_PROCESS':
      return { kind: 'other', text: 'kills the process' };
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return { kind: 'other', text: 'kills the thread' };
  }
}
