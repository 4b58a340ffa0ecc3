/** A profile as the kernel takes it: compiled by libseccomp, which compiles it for runc and crun too. */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import type { Action, OciCondition, OciProfile, OciRule, Operator } from '../../profile/oci-profile.ts';

/** `enforced`: as it stands. `logged`: what no rule answers is let through and logged, whatever its architecture. */
export type FilterMode = 'enforced' | 'logged';

/** seccomp.h of libseccomp. */
const ACTIONS: Readonly<Record<Action, number>> = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};
const OPERATORS: Readonly<Record<Operator, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};
/** SCMP_FLTATR_ACT_BADARCH */
const ACT_BADARCH = 2;
/** __NR_SCMP_ERROR */
const NO_SUCH_CALL = -1;
const EEXIST = 17;
/** What Linux and every runtime answer where a profile names no number. */
const EPERM = 1;
/** Every table of a machine. A foreign architecture would be killed, not logged. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'x86', 'x32'],
  arm64: ['aarch64', 'arm'],
};

type Native = (...args: unknown[]) => unknown;

function bind() {
  const library = koffi.load('libseccomp.so.2');
  const own = (prototype: string): Native => library.func(prototype) as Native;
  return {
    init: own('void *seccomp_init(uint32_t action)'),
    release: own('void seccomp_release(void *filter)'),
    resolveArch: own('uint32_t seccomp_arch_resolve_name(const char *name)'),
    addArch: own('int seccomp_arch_add(void *filter, uint32_t arch)'),
    setAttribute: own('int seccomp_attr_set(void *filter, int attribute, uint32_t value)'),
    resolveCall: own('int seccomp_syscall_resolve_name(const char *name)'),
    addRule: own('int seccomp_rule_add_array(void *filter, uint32_t action, int nr, unsigned int count, void *args)'),
    export: own('int seccomp_export_bpf(void *filter, int descriptor)'),
  };
}
type Library = ReturnType<typeof bind>;

/**
 * @returns descriptor of a nameless file with the program; the caller closes it
 * @throws where libseccomp is missing, or refuses the profile
 */
export function compileFilter(profile: OciProfile, mode: FilterMode): number {
  const library = bind();
  const whole: OciProfile = mode === 'logged' ? toLogged(profile) : profile;
  const byDefault = actionOf(whole.defaultAction, whole.defaultErrno);
  const filter = library.init(byDefault);
  try {
    const tables = mode === 'logged' ? (TABLES[process.arch] ?? []) : whole.architectures.map(nameOfArchitecture);
    for (const name of tables) addArchitecture(library, filter, name);
    if (mode === 'logged') check('foreign architectures', library.setAttribute(filter, ACT_BADARCH, byDefault));
    for (const rule of whole.rules) addRule(library, filter, rule, byDefault);
    return exportFilter(library, filter);
  } finally {
    library.release(filter);
  }
}

/** What ends a program is let through as well: the program must not notice. */
function toLogged(profile: OciProfile): OciProfile {
  const rules = profile.rules.filter(({ action }) => action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_ERRNO');
  return { ...profile, rules, defaultAction: 'SCMP_ACT_LOG', defaultErrno: null };
}

function actionOf(action: Action, errno: number | null): number {
  const takesNumber = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
  return takesNumber ? ACTIONS[action] + (errno ?? EPERM) : ACTIONS[action];
}

function nameOfArchitecture(name: string): string {
  return name.replace(/^SCMP_ARCH_/, '').toLowerCase();
}

/** One that this libseccomp doesn't know can't be called on this machine either. */
function addArchitecture(library: Library, filter: unknown, name: string): void {
  const token = library.resolveArch(name) as number;
  const result = token === 0 ? 0 : (library.addArch(filter, token) as number);
  if (result !== -EEXIST) check(`architecture ${name}`, result);
}

/** As runc does: names that this libseccomp doesn't know are skipped, a rule that names an argument twice becomes several. */
function addRule(
  library: Library,
  filter: unknown,
  { names, action, errno, args, where }: OciRule,
  byDefault: number,
): void {
  const number = actionOf(action, errno);
  if (number === byDefault || where !== '') return;
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  const alternatives = isRepeated ? args.map((arg) => [arg]) : [args];
  for (const name of names) {
    const nr = library.resolveCall(name) as number;
    if (nr === NO_SUCH_CALL) continue;
    for (const conditions of alternatives)
      check(name, library.addRule(filter, number, nr, conditions.length, encode(conditions)));
  }
}

/** `struct scmp_arg_cmp`: argument, operator, two values. */
function encode(conditions: readonly OciCondition[]): Buffer {
  const bytes = Buffer.alloc(24 * Math.max(1, conditions.length));
  conditions.forEach(({ index, op, value, valueTwo }, place) => {
    bytes.writeUInt32LE(index, 24 * place);
    bytes.writeUInt32LE(OPERATORS[op], 24 * place + 4);
    bytes.writeBigUInt64LE(BigInt(value), 24 * place + 8);
    bytes.writeBigUInt64LE(BigInt(valueTwo), 24 * place + 16);
  });
  return bytes;
}

function exportFilter(library: Library, filter: unknown): number {
  const path = join(tmpdir(), `flak-filter-${crypto.randomUUID()}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const result = library.export(filter, descriptor) as number;
  if (result < 0) closeSync(descriptor);
  check('the program', result);
  return descriptor;
}

function check(subject: string, result: unknown): void {
  if (result !== 0) throw new Error(`libseccomp refuses ${subject}: errno ${-Number(result)}`);
}
