/** Commands by turns, so that whatever else the machine does hits all alike. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cost {
  readonly wallMs: number;
  /** Of both kinds, of the command and everything that it waited for; to 10 ms. */
  readonly cpuMs: number;
}

/** Ticks of proc_pid_stat(5) are of 10 ms on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU time of all children that have ended: fields 16 and 17 of proc_pid_stat(5), counted behind the command's name. */
function childrensCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

export function costOf([program = '', ...args]: readonly string[], cwd: string): Cost {
  const [cpu, began] = [childrensCpuMs(), performance.now()];
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  const wallMs = performance.now() - began;
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')}: exit ${status}: ${stderr}`);
  return { wallMs, cpuMs: childrensCpuMs() - cpu };
}

/** Each command once per round, in an order that turns around from round to round. */
export function alternate<T extends string>(
  commands: Readonly<Record<T, readonly string[]>>,
  rounds: number,
  cwd: string,
): Readonly<Record<T, Cost>>[] {
  const names = Object.keys(commands) as T[];
  return Array.from({ length: rounds }, (_, round) => {
    const order = round % 2 === 0 ? names : names.toReversed();
    return Object.fromEntries(order.map((name) => [name, costOf(commands[name], cwd)])) as Record<T, Cost>;
  });
}
