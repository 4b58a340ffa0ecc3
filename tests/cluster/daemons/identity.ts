/**
 * A process that can be told from any later one with the same number: start time in clock ticks since boot
 * (field 22 of /proc/PID/stat, proc(5)) and the boot's id, which also tells a reboot.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

/**
 * Start time and state from the text of /proc/PID/stat. The command's name, in parentheses, may itself hold blanks
 * and parentheses, so fields are counted from the last one.
 */
export function parseStat(stat: string): { readonly startTicks: string; readonly state: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]]; // state is field 3, starttime field 22
  if (state === undefined || startTicks === undefined) return undefined;
  return { state, startTicks };
}

/** Whether what /proc/PID/stat says now (undefined: no such process) is the process of `identity`, still running. */
export function isSameProcess(identity: ProcessIdentity, stat: string | undefined, bootId: string): boolean {
  const parsed = stat === undefined ? undefined : parseStat(stat);
  if (parsed === undefined || parsed.state === 'Z' || parsed.state === 'X') return false;
  return parsed.startTicks === identity.startTicks && identity.bootId === bootId;
}
