/** Which labels a canary keeps: none by which its workload's owner would take it for its own, or a Service send it traffic. Pure. */
import { z } from 'zod';

export const labelSelectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
export type LabelSelector = z.infer<typeof labelSelectorSchema>;

type Labels = Readonly<Record<string, string>>;

export interface Service {
  readonly name: string;
  /** Empty for a Service whose endpoints somebody else writes. */
  readonly selector: Labels;
}

export interface LabelFacts {
  /** Of the template. */
  readonly labels: Labels;
  readonly owner: { readonly selector: LabelSelector | null; readonly adopts: boolean };
  readonly services: readonly Service[];
  readonly withTraffic: boolean;
}

export type Kept =
  /** `services`: those that send traffic to pods of the template; to the canary only with `withTraffic`. */
  | { readonly kind: 'kept'; readonly labels: Labels; readonly services: readonly string[] }
  /** With traffic its owner would adopt it. */
  | { readonly kind: 'inseparable'; readonly services: readonly string[] };

/** Labels that controllers write into the pods they own; they are in no template, but in a pod that is copied. */
const WRITTEN_BY_OWNERS =
  /^(pod-template-(hash|generation)|controller-revision-hash|controller-uid|job-name|apps\.kubernetes\.io\/pod-index|statefulset\.kubernetes\.io\/pod-name|batch\.kubernetes\.io\/.*)$/;

export function keepLabels({ labels, owner, services, withTraffic }: LabelFacts): Kept {
  const selecting = services.filter(({ selector }) => isSelectedBy(labels, selector));
  const names = selecting.map(({ name }) => name);
  const wanted = new Set(selecting.flatMap(({ selector }) => Object.keys(selector)));
  const owners = new Set(owner.selector === null ? [] : keysOf(owner.selector));
  const drops = (key: string): boolean => {
    if (WRITTEN_BY_OWNERS.test(key)) return true;
    return withTraffic ? owners.has(key) && !wanted.has(key) : owners.has(key) || wanted.has(key);
  };
  const kept = Object.fromEntries(Object.entries(labels).filter(([key]) => !drops(key)));
  if (owner.adopts && owner.selector !== null && matches(owner.selector, kept))
    return { kind: 'inseparable', services: names };
  return { kind: 'kept', labels: kept, services: names };
}

function isSelectedBy(labels: Labels, selector: Labels): boolean {
  const terms = Object.entries(selector);
  return terms.length > 0 && terms.every(([key, value]) => labels[key] === value);
}

function keysOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] {
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
}

function matches({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const meets = ({ key, operator, values = [] }: (typeof matchExpressions)[number]): boolean => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  };
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(meets);
}
