/** Rules put back into the shape that runtimes read, few and sorted: equal profiles give equal bytes. */
import { compareText } from './instants.ts';
import type { OciCondition, OciProfile, OciRule } from './oci-profile.ts';

/** A rule as files have it: absent fields rather than empty ones. */
export interface FileRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly OciCondition[];
}

export interface FileProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly FileRule[];
}

/** Rules that differ in their names alone become one. The rules must be for all containers (`where` empty). */
export function toFileProfile({ defaultAction, defaultErrno, architectures, rules }: OciProfile): FileProfile {
  return {
    defaultAction,
    ...(defaultErrno === null ? {} : { defaultErrnoRet: defaultErrno }),
    architectures: [...new Set(architectures)],
    syscalls: foldRules(rules),
  };
}

function foldRules(rules: readonly OciRule[]): FileRule[] {
  const byMeaning = new Map<string, { names: Set<string>; rule: OciRule }>();
  for (const rule of rules) {
    // Bare rules first, as people look for them first.
    const key = `${rule.args.length} ${rule.action} ${rule.errno ?? ''} ${JSON.stringify(rule.args)}`;
    const known = byMeaning.get(key);
    if (known) for (const name of rule.names) known.names.add(name);
    else byMeaning.set(key, { names: new Set(rule.names), rule });
  }
  return [...byMeaning]
    .sort(([a], [b]) => compareText(a, b))
    .map(
      ([
        ,
        {
          names,
          rule: { action, errno, args },
        },
      ]) => ({
        names: [...names].sort(compareText),
        action,
        ...(errno === null ? {} : { errnoRet: errno }),
        ...(args.length > 0 ? { args } : {}),
      }),
    );
}
