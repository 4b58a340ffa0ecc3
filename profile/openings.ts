/** Whether one profile lets anything through that another doesn't: what a build fails for that must not be granted more unseen. */
import { conditionsOf } from './effect.ts';
import type { Action, OciProfile, OciRule } from './oci-profile.ts';

const CLOSED: ReadonlySet<Action> = new Set<Action>([
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
]);

/** Stands for a call that is let through whatever its arguments. */
const ALWAYS = '';

/**
 * Rules are compared by what they say, not by what follows from it: `after` counts as more where that is not plain
 * (arg0 < 3 beside arg0 < 5), so that nothing passes as less by mistake.
 */
export function allowsMore(before: OciProfile, after: OciProfile): boolean {
  if (after.architectures.some((name) => !before.architectures.includes(name))) return true;
  const names = new Set([...before.rules, ...after.rules].flatMap((rule) => rule.names));
  // The empty name stands for all that have no rule in either.
  return ['', ...names].some((name) => isOpenedBy(name, before, after));
}

function isOpenedBy(name: string, before: OciProfile, after: OciProfile): boolean {
  const was = new Set(openingsOf(name, before));
  return !was.has(ALWAYS) && openingsOf(name, after).some((opening) => !was.has(opening));
}

/** The ways in which a call gets through, each in words. */
function openingsOf(name: string, { defaultAction, rules }: OciProfile): string[] {
  const own = rules.filter(({ names }) => names.includes(name));
  const bare = own.find(({ args, where }) => args.length === 0 && where === '');
  if (bare) return isOpen(bare.action) ? [opening(bare.action, ALWAYS)] : [];
  const ways = own.filter(({ action }) => isOpen(action)).map((rule) => opening(rule.action, conditionsOf(name, rule)));
  if (!isOpen(defaultAction)) return ways;
  const shut = own.filter(({ action }) => !isOpen(action)).map((rule) => conditionsOf(name, rule));
  return [...ways, opening(defaultAction, shut.length === 0 ? ALWAYS : `unless ${shut.sort().join(' or ')}`)];
}

function isOpen(action: OciRule['action']): boolean {
  return !CLOSED.has(action);
}

/** To log is to allow; what a tracer or a listener decides is neither. */
function opening(action: Action, conditions: string): string {
  return action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG' ? conditions : `${action} ${conditions}`;
}
