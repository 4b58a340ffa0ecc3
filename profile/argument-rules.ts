/**
 * Rules on arguments for what the workload was seen passing, in OCI's words.
 *
 * One rule per recorded tuple, in which each argument stands once: runc and crun split a rule that names an argument
 * twice into one rule per condition, which would widen it (runc: libcontainer/seccomp, matchCall). Rules of one call
 * compare the same bits of the same arguments, so that at most one can match, whatever order libseccomp puts them in.
 */
import type { Watch } from './arguments.ts';
import { watchOf } from './arguments.ts';
import type { Values } from './call-values.ts';
import { valuesOver } from './call-values.ts';
import type { ArgumentMode } from './enforced.ts';
import { ENFORCED, EVERY_BIT } from './enforced.ts';
import type { ArgumentCondition } from './groups.ts';
import { compareText } from './instants.ts';
import type { Origin } from './recording.ts';
import type { ProfiledCall } from './syscall-profile.ts';

/** Why a watched call is allowed whatever its arguments. One table for the profile, its reader and the docs. */
export const BARE_REASONS = {
  'not-asked': 'argument rules were not asked for',
  'not-by-default': 'its values are no safe rule (profile/enforced.ts); `all` enforces them',
  'abi-union': 'the profile is for more than one system call interface, and rules know none',
  'values-unknown': 'it was made without its values being recorded',
  wide: 'more different values were seen than are kept',
  declared: 'a declared group allows it with any value',
  inexact: 'a value is too large for a JSON number to carry exactly',
  'too-many-rules': 'with its rules the filter could exceed what a kernel loads',
} as const;
export type BareReason = keyof typeof BARE_REASONS;

/**
 * Conditions of all rules together. A filter has at most 4096 instructions (BPF_MAXINSNS, linux/bpf_common.h), of which
 * libseccomp spends up to five on a condition and one or two on a name.
 */
const MAX_CONDITIONS = 512;

export type Conditions = readonly ArgumentCondition[];
export interface ArgumentRules {
  /** Call → alternatives, sorted. */
  readonly ruled: ReadonlyMap<string, readonly Conditions[]>;
  /** Watched calls without rules, sorted by name. */
  readonly bare: ReadonlyMap<string, BareReason>;
}

export interface ArgumentFacts {
  /** Calls that the profile allows because they were made; those of other ABIs too. */
  readonly made: readonly ProfiledCall[];
  /** Origins whose values count. */
  readonly origins: readonly Origin[];
  readonly mode: ArgumentMode;
  /** Whether the profile lists more than one architecture. */
  readonly isUnion: boolean;
  /** Calls that a group allows without conditions: libseccomp would drop any rule beside that. */
  readonly declared: ReadonlySet<string>;
}

export function argumentRules(facts: ArgumentFacts): ArgumentRules {
  const ruled = new Map<string, readonly Conditions[]>();
  const bare = new Map<string, BareReason>();
  for (const call of [...facts.made].sort((a, b) => compareText(a.name, b.name))) {
    const watch = watchOf(call.abi, call.name);
    if (watch === undefined) continue;
    const rules = rulesOf(call, watch, facts);
    if (typeof rules === 'string') bare.set(call.name, rules);
    else ruled.set(call.name, rules);
  }
  for (const name of beyondBound(ruled)) {
    ruled.delete(name);
    bare.set(name, 'too-many-rules');
  }
  return { ruled, bare: new Map([...bare].sort(([a], [b]) => compareText(a, b))) };
}

function rulesOf(call: ProfiledCall, watch: Watch, facts: ArgumentFacts): readonly Conditions[] | BareReason {
  if (facts.mode === 'none') return 'not-asked';
  const compared = comparedBits(call.name, watch, facts.mode);
  if (compared.size === 0) return 'not-by-default';
  if (facts.isUnion) return 'abi-union';
  if (facts.declared.has(call.name)) return 'declared';
  const values = valuesOver(call, facts.origins);
  if (values?.wide) return 'wide';
  if (!values?.tuples.length || values.indices.join() !== watch.indices.join()) return 'values-unknown';
  const tuples = facts.mode === 'safe' ? withTwins(call.name, values) : values.tuples;
  const rules = tuples.map((tuple) => conditionsOf(tuple.split(',').map(BigInt), watch, compared));
  if (!rules.flat().every(({ value }) => Number.isSafeInteger(value))) return 'inexact';
  const byText = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, rule]) => rule);
}

/** Argument → bits to compare. */
function comparedBits(name: string, watch: Watch, mode: ArgumentMode): ReadonlyMap<number, number> {
  if (mode === 'all') return new Map(watch.indices.map((index) => [index, EVERY_BIT]));
  return new Map(Object.entries(ENFORCED[name]?.masks ?? {}).map(([index, mask]) => [Number(index), mask]));
}

/** Twins are about a tuple's first value: all calls that have them compare that (enforced.ts). */
function withTwins(name: string, { tuples }: Values): readonly string[] {
  const twins = ENFORCED[name]?.twins?.map(String) ?? [];
  return tuples.flatMap((tuple) => {
    const [first = '', ...rest] = tuple.split(',');
    return twins.includes(first) ? twins.map((twin) => [twin, ...rest].join()) : [tuple];
  });
}

/** An int's upper half is whatever the program left in the register: only the low 32 bits are compared. */
function conditionsOf(values: readonly bigint[], watch: Watch, compared: ReadonlyMap<number, number>): Conditions {
  return watch.indices.flatMap((index, place): ArgumentCondition[] => {
    const mask = compared.get(index);
    const value = values[place];
    if (mask === undefined || value === undefined) return [];
    if (mask === EVERY_BIT && watch.wide64.includes(index)) return [{ index, value: Number(value), op: 'SCMP_CMP_EQ' }];
    return [{ index, value: mask, valueTwo: Number(value & BigInt(mask)), op: 'SCMP_CMP_MASKED_EQ' }];
  });
}

/** The calls with the most conditions, as many as have to go. */
function beyondBound(ruled: ReadonlyMap<string, readonly Conditions[]>): string[] {
  const sizes = [...ruled].map(([name, rules]) => ({ name, size: rules.flat().length }));
  let total = sizes.reduce((sum, { size }) => sum + size, 0);
  return sizes
    .sort((a, b) => b.size - a.size || compareText(a.name, b.name))
    .filter(({ size }) => {
      if (total <= MAX_CONDITIONS) return false;
      total -= size;
      return true;
    })
    .map(({ name }) => name);
}
