/** Phrases that the text and the HTML form of an explanation share. */
import type { Evidence, ExplainedCall, Explanation } from '../explain.ts';
import { isOpen } from '../explain.ts';
import type { Topic } from '../purpose/purposes.ts';
import { TOPICS } from '../purpose/purposes.ts';
import type { RiskClass } from '../risk.ts';
import { RISK_CLASSES } from '../risk.ts';

/** What the default profile of runtimes does with the call, where that is not simply to allow it. */
export function defaultWords({ runtimeDefault }: ExplainedCall): string {
  switch (runtimeDefault.kind) {
    case 'allowed':
      return '';
    case 'narrowed':
      return `by default allowed ${runtimeDefault.condition}`;
    case 'with-capability':
      return `by default allowed with ${runtimeDefault.capabilities.join(' or ')} only`;
    case 'blocked':
      return 'blocked by default';
    case 'unknown':
      return 'unknown to the default profile';
  }
}

/** Who made the call, or why it is allowed though nobody did; empty where the file doesn't say. */
export function originWords({ origins, firstSeenAt, seenBy, groups }: ExplainedCall): string {
  if (origins.length === 0) return groups.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const first = firstSeenAt === null ? '' : `, first ${momentWords(firstSeenAt, 'seconds')}`;
  const by =
    seenBy === null ? '' : `, ${seenBy === 8 ? '8 or more' : seenBy} ${seenBy === 1 ? 'contributor' : 'contributors'}`;
  return `${origins.join(', ')}${first}${by}`;
}

/** An instant of a profile, which are all in UTC. */
export function momentWords(instant: string, to: 'minutes' | 'seconds'): string {
  return `${instant.slice(0, to === 'minutes' ? 16 : 19).replace('T', ' ')} UTC`;
}

/** How long it was recorded. */
export function durationWords(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 6000) / 10} min`;
}

/** Whether it was recorded by `flak record`, and so without pods and a runtime. */
export function isOfCommand({ workload }: Pick<Evidence, 'workload'>): boolean {
  return workload.startsWith('Command ');
}

/** What the profile is of. A command recorded without a cluster is no container, and goes by its name once. */
export function titleOf({ evidence, source }: Explanation): string {
  if (!evidence) return source;
  const { workload, container } = evidence;
  return workload === `Command ${container}` ? workload : `${workload}, container ${container}`;
}

/** The sentence that a reader remembers. */
export function headline({ surface, evidence }: Explanation): string {
  const { profile, recorded, kernel, runtimeDefault } = surface;
  const parts = evidence ? ` (${recorded} recorded, ${profile - recorded} declared)` : '';
  return `Lets ${profile} of the kernel's ${kernel} system calls through${parts}; the runtime's default lets ${runtimeDefault}.`;
}

/** Open calls of a class above ordinary, the worst first. */
export function worthALook({ calls }: Explanation): ExplainedCall[] {
  const order = (risk: RiskClass): number => RISK_CLASSES.indexOf(risk);
  return calls
    .filter((call) => isOpen(call) && call.risk.class !== 'ordinary')
    .sort((a, b) => order(a.risk.class) - order(b.risk.class));
}

/** Calls by what they are about; those of no table last. Topics without a call are left out. */
export function byTopic(
  calls: readonly ExplainedCall[],
): { readonly topic: string; readonly calls: ExplainedCall[] }[] {
  const topics: (Topic | null)[] = [...(Object.keys(TOPICS) as Topic[]), null];
  return topics
    .map((topic) => ({ topic: topic ?? 'not in any table', calls: calls.filter((call) => call.topic === topic) }))
    .filter((group) => group.calls.length > 0);
}
