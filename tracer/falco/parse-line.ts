/** One line of what Falco prints. Pure. */
import { z } from 'zod';
import type { FalcoEvent } from './event.ts';
import { EVENT_FIELDS } from './fields.ts';
import { placeOf } from './cgroup-place.ts';

/** Our rule, and Falco's own (userspace/falco/stats_writer.cpp). */
export const RULE = 'flak';
export const METRICS_RULE = 'Falco internal: metrics snapshot';

export type Line =
  | { readonly kind: 'event'; readonly event: FalcoEvent }
  | { readonly kind: 'metrics'; readonly metrics: Metrics }
  /** Not JSON (its summary at the end), another rule's, another pod's, or not of the form that is known. */
  | { readonly kind: 'other' };

/** Falco's own counters since it started, for the whole node. */
export interface Metrics {
  /** Events that the kernel's side dropped for want of room, and those that nobody took from its queue in time. */
  readonly drops: number;
  readonly events: number;
  readonly version: string | null;
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const id = z.number().int().min(0);

const metricsSchema = z.object({
  'falco.version': z.string().max(64).optional(),
  'falco.outputs_queue_num_drops': count.default(0),
  'scap.n_drops': count.default(0),
  'scap.n_evts': count.default(0),
});

const eventSchema = z.looseObject({
  'evt.type': z.string().min(1).max(64),
  'evt.rawres': z.number().nullish(),
  'proc.pid': id,
  'proc.name': z.string().nullish(),
  'thread.tid': id,
  'thread.cgroups': z.string(),
  'fd.num': z.number().int().nullish(),
  'fd.name': z.string().nullish(),
  'fs.path.name': z.string().nullish(),
  'evt.arg.flags': z.string().nullish(),
  // A program may ask for as many as a register holds: above 2^53, which z.int() refuses.
  'evt.rawarg.size': z.number().nullish(),
});
type EventFields = z.infer<typeof eventSchema>;

const lineSchema = z.object({ rule: z.string(), output_fields: z.record(z.string(), z.unknown()) });

const OTHER: Line = { kind: 'other' };

/** Never throws, whatever the line is. */
export function parseLine(line: string, podUid: string): Line {
  const parsed = lineSchema.safeParse(fromJson(line));
  if (!parsed.success) return OTHER;
  const { rule, output_fields: fields } = parsed.data;
  if (rule === METRICS_RULE) return metricsOf(fields);
  return rule === RULE ? eventOf(fields, timeIn(line), podUid) : OTHER;
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * The time is a JSON number above 2^53, which JSON.parse rounds. In a JSON string a quote has a backslash before it, so that nothing
 * that a program chose (a path, a name) can look like this.
 */
const TIME = /"evt\.time":(\d{1,20})[,}]/;

function timeIn(line: string): bigint | undefined {
  const digits = TIME.exec(line)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

function metricsOf(fields: Readonly<Record<string, unknown>>): Line {
  const parsed = metricsSchema.safeParse(fields);
  if (!parsed.success) return OTHER;
  const { data } = parsed;
  const metrics = {
    drops: data['scap.n_drops'] + data['falco.outputs_queue_num_drops'],
    events: data['scap.n_evts'],
    version: data['falco.version'] ?? null,
  };
  return { kind: 'metrics', metrics };
}

function eventOf(fields: Readonly<Record<string, unknown>>, timeNs: bigint | undefined, podUid: string): Line {
  const parsed = eventSchema.safeParse(fields);
  if (!parsed.success || timeNs === undefined) return OTHER;
  const { data } = parsed;
  const place = placeOf(data['thread.cgroups'], podUid);
  if (place.kind === 'elsewhere') return OTHER;
  const size = data['evt.rawarg.size'] ?? undefined;
  const event = {
    timeNs,
    name: data['evt.type'],
    pid: data['proc.pid'],
    tid: data['thread.tid'],
    comm: data['proc.name'] ?? '',
    containerId: place.kind === 'container' ? place.containerId : undefined,
    ret: data['evt.rawres'] ?? undefined,
    fd: data['fd.num'] ?? undefined,
    path: textOf(data['fs.path.name']) ?? textOf(data['fd.name']),
    flags: textOf(data['evt.arg.flags']),
    size: size === undefined ? undefined : BigInt(Math.trunc(size)),
    fields: otherFields(data),
  };
  return { kind: 'event', event };
}

/** Falco writes null, nothing at all or `<NA>` where an event has no such field. */
function textOf(value: string | null | undefined): string | undefined {
  return value === null || value === '' || value === '<NA>' ? undefined : value;
}

const OWN: ReadonlySet<string> = new Set(['evt.time', ...EVENT_FIELDS]);

function otherFields(data: EventFields): ReadonlyMap<string, string> {
  const others = new Map<string, string>();
  for (const [name, value] of Object.entries(data)) {
    if (OWN.has(name)) continue;
    const text = typeof value === 'string' ? textOf(value) : typeof value === 'number' ? String(value) : undefined;
    if (text !== undefined) others.set(name, text);
  }
  return others;
}
