/** Reads what tests/e2e/recorder.bt prints (`bpftrace -f json`: one JSON object on each line). */

export interface SeenCall {
  readonly program: string;
  readonly nr: number;
  /** A 32-bit system call: numbers of the i386 table. */
  readonly compat: boolean;
}

export interface MachineRecording {
  /** By cgroup v2 id. */
  readonly calls: ReadonlyMap<bigint, readonly SeenCall[]>;
  /** First call of each cgroup: nanoseconds of the boot clock. */
  readonly firstNs: ReadonlyMap<bigint, bigint>;
  /** cgroups that were made meanwhile: path below the v2 root by id. */
  readonly cgroups: ReadonlyMap<bigint, string>;
  /** Rows in the map, to be compared with its size. */
  readonly rows: number;
}

type Line =
  | { readonly type: 'printf'; readonly data: string }
  | { readonly type: 'map'; readonly data: Readonly<Record<string, Readonly<Record<string, number>>>> }
  | { readonly type: 'attached_probes' | 'lost_events' | 'helper_error'; readonly data?: unknown };

/** @throws when anything was lost on the way, or the map was never printed */
export function parseRecorderOutput(output: string): MachineRecording {
  const calls = new Map<bigint, SeenCall[]>();
  const cgroups = new Map<bigint, string>();
  const firstNs = new Map<bigint, bigint>();
  let rows: number | undefined;
  for (const text of output.split('\n').filter((line) => line.trim() !== '')) {
    const line = JSON.parse(text) as Line;
    switch (line.type) {
      case 'printf':
        addCgroup(cgroups, line.data);
        break;
      case 'map':
        if (line.data['@calls'] !== undefined) rows = addCalls(calls, line.data['@calls']);
        for (const [id, ns] of Object.entries(line.data['@first'] ?? {})) firstNs.set(BigInt(id), BigInt(ns));
        break;
      case 'lost_events':
      case 'helper_error':
        throw new Error(`the recorder lost something: ${text}`);
      case 'attached_probes':
        break;
    }
  }
  if (rows === undefined) throw new Error('the recorder ended without printing its map');
  return { calls, firstNs, cgroups, rows };
}

function addCgroup(cgroups: Map<bigint, string>, line: string): void {
  const [, id, path] = /^(\d+) (.*)\n$/.exec(line) ?? [];
  if (id === undefined || path === undefined) throw new Error(`not a cgroup: ${line}`);
  cgroups.set(BigInt(id), path.replace(/^\/sys\/fs\/cgroup(\/unified)?/, ''));
}

/** A key is `cgroup,program,nr,compat`; a program's name may hold commas. */
function addCalls(calls: Map<bigint, SeenCall[]>, map: Readonly<Record<string, number>>): number {
  const keys = Object.keys(map);
  for (const key of keys) {
    const [, cgroup, program, nr, compat] = /^(\d+),(.*),(\d+),(\d+)$/s.exec(key) ?? [];
    if (cgroup === undefined || program === undefined) throw new Error(`not a row of the recorder's map: ${key}`);
    const id = BigInt(cgroup);
    const seen = calls.get(id) ?? [];
    seen.push({ program, nr: Number(nr), compat: compat !== '0' });
    calls.set(id, seen);
  }
  return keys.length;
}
