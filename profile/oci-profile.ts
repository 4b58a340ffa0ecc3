/**
 * Any OCI seccomp profile, ours or another's, as github.com/opencontainers/runtime-spec (config-linux.md, "Seccomp")
 * describes it, and the additions of Docker's own files (`name`, `archMap`, `includes`, `excludes`).
 */
import { z } from 'zod';

export const ACTIONS = [
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_LOG',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_NOTIFY',
] as const;
export type Action = (typeof ACTIONS)[number];

const OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface OciCondition {
  readonly index: number;
  readonly op: Operator;
  readonly value: number;
  readonly valueTwo: number;
}

export interface OciRule {
  readonly names: readonly string[];
  readonly action: Action;
  readonly errno: number | null;
  readonly args: readonly OciCondition[];
  /** Where only some containers or kernels get the rule (Docker's `includes` and `excludes`), in words; else empty. */
  readonly where: string;
}

export interface OciProfile {
  readonly defaultAction: Action;
  readonly defaultErrno: number | null;
  readonly architectures: readonly string[];
  readonly rules: readonly OciRule[];
}

const errno = z.number().int().min(0).max(4095).nullish();
const argSchema = z.object({
  index: z.number().int().min(0).max(5),
  value: z.number().min(0).default(0),
  valueTwo: z.number().min(0).nullish(),
  op: z.enum(OPERATORS),
});
const scope = z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish();
const ruleSchema = z.object({
  names: z.array(z.string().min(1).max(128)).max(4096).nullish(),
  name: z.string().max(128).nullish(),
  action: z.enum(ACTIONS),
  errnoRet: errno,
  args: z.array(argSchema).max(6).nullish(),
  includes: scope,
  excludes: scope,
});
const archMapSchema = z.array(z.object({ architecture: z.string(), subArchitectures: z.array(z.string()).nullish() }));

/** What runtimes read; fields beside these are left alone. */
export const ociProfileSchema = z
  .object({
    defaultAction: z.enum(ACTIONS),
    defaultErrnoRet: errno,
    architectures: z.array(z.string().max(64)).max(64).nullish(),
    archMap: archMapSchema.max(64).nullish(),
    syscalls: z.array(ruleSchema).max(100_000).nullish(),
  })
  .transform((file): OciProfile => ({
    defaultAction: file.defaultAction,
    defaultErrno: file.defaultErrnoRet ?? null,
    architectures: file.architectures ?? file.archMap?.flatMap(architecturesOf) ?? [],
    rules: (file.syscalls ?? []).map(toRule),
  }));

type FileRule = z.infer<typeof ruleSchema>;

function architecturesOf({ architecture, subArchitectures }: z.infer<typeof archMapSchema>[number]): string[] {
  return [architecture, ...(subArchitectures ?? [])];
}

function toRule({ names, name, action, errnoRet, args, includes, excludes }: FileRule): OciRule {
  return {
    names: [...(names ?? []), ...(name ? [name] : [])],
    action,
    errno: errnoRet ?? null,
    args: (args ?? []).map(({ index, value, valueTwo, op }) => ({ index, value, valueTwo: valueTwo ?? 0, op })),
    where: [...wordsOf('with', includes), ...wordsOf('without', excludes)].join(', '),
  };
}

function wordsOf(preposition: string, given: FileRule['includes']): string[] {
  return Object.entries(given ?? {}).map(([kind, values]) => `${preposition} ${kind} ${[values].flat().join(' or ')}`);
}
