/** Lines as Falco 0.44.1 prints them (measured: the shape of each field, and that its time is a number). */
export const POD = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
export const [GATE, APP, PAUSE] = ['b', 'c', 'a'].map((digit) => digit.repeat(64)) as [string, string, string];

export interface Shown {
  readonly name: string;
  readonly cgroups: string;
  readonly timeNs: string;
  readonly more: Readonly<Record<string, unknown>>;
}

export function cgroupsOf(containerId: string, podUid = POD): string {
  return `cpuset=/kubepods/pod${podUid}/${containerId} cpu=/kubepods/pod${podUid}/${containerId} io=/`;
}

export function eventLine(over: Partial<Shown> = {}): string {
  const { name = 'openat', cgroups = cgroupsOf(APP), timeNs = '1795269471867567699', more = {} } = over;
  const fields = {
    'evt.rawres': 3,
    'evt.time': 0,
    'evt.type': name,
    'proc.name': 'cat',
    'proc.pid': 100,
    'thread.cgroups': cgroups,
    'thread.tid': 101,
    ...more,
  };
  return lineOf('flak', fields).replace('"evt.time":0', `"evt.time":${timeNs}`);
}

export function metricsLine(drops: number, events: number): string {
  const fields = { 'falco.version': '0.44.1', 'evt.time': 1, 'scap.n_drops': drops, 'scap.n_evts': events };
  return lineOf('Falco internal: metrics snapshot', fields);
}

function lineOf(rule: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ hostname: 'n', output_fields: fields, priority: 'Debug', rule, source: 'syscall' });
}
