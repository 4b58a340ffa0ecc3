/**
 * What two reports of one target say together of its second probe: a successor's Falco may know less than its
 * predecessor's did. Nothing that was seen is taken back.
 *
 * Commutative and idempotent, and associative within the bounds; beyond them a gap that was left out may be counted more
 * than once. Counts are those of the Falco that counted most: two in a row may have seen the same events.
 */
import { compareInstants, compareText, earlierOf, laterOf } from './instants.ts';
import { PROBE_BOUNDS } from './probe-words.ts';
import type { FalcoState } from './probe-words.ts';
import type { FalcoSection } from './probes.ts';

/** From what says least to what says most: that it failed once must not be covered by a successor that did not. */
const RANK: readonly FalcoState[] = ['off', 'absent', 'capped', 'starting', 'watching', 'ended', 'failed'];

type Calls = FalcoSection['calls'];
type Gap = FalcoSection['gaps'][number];

export function unionFalco(a: FalcoSection, b: FalcoSection): FalcoSection {
  const { state, detail } = telling(a, b);
  const gaps = unionGaps(a.gaps, b.gaps);
  return {
    state,
    detail,
    version:
      [a.version, b.version]
        .filter((version) => version !== null)
        .sort(compareText)
        .at(-1) ?? null,
    readyAt: [a.readyAt, b.readyAt].filter((instant) => instant !== null).reduce<string | null>(earliest, null),
    calls: unionCalls(a.calls, b.calls),
    events: Math.max(a.events, b.events),
    drops: Math.max(a.drops, b.drops),
    gaps: gaps.slice(0, PROBE_BOUNDS.gaps),
    gapsOmitted: Math.max(a.gapsOmitted, b.gapsOmitted) + Math.max(0, gaps.length - PROBE_BOUNDS.gaps),
    shed: unionNames(a.shed, b.shed),
  };
}

function telling(a: FalcoSection, b: FalcoSection): FalcoSection {
  return (RANK.indexOf(a.state) - RANK.indexOf(b.state) || compareText(a.detail, b.detail)) >= 0 ? a : b;
}

function earliest(known: string | null, next: string): string {
  return known === null ? next : earlierOf(known, next);
}

function unionNames(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort(compareText).slice(0, PROBE_BOUNDS.names);
}

function unionCalls(a: Calls, b: Calls): Calls {
  const byContainer = new Map<string, string[]>();
  for (const { container, names } of [...a, ...b])
    byContainer.set(container, unionNames(byContainer.get(container) ?? [], names));
  return [...byContainer]
    .sort(([one], [other]) => compareText(one, other))
    .slice(0, PROBE_BOUNDS.containers)
    .map(([container, names]) => ({ container, names }));
}

/** The same gap is told again for as long as it lasts, and then with its end. The earliest first. */
function unionGaps(a: readonly Gap[], b: readonly Gap[]): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const gap of [...a, ...b]) {
    const key = `${gap.from} ${gap.why}`;
    gaps.set(key, { ...gap, to: laterEnd(gaps.get(key)?.to ?? null, gap.to) });
  }
  return [...gaps.values()].sort((x, y) => compareInstants(x.from, y.from) || compareText(keyOf(x), keyOf(y)));
}

function keyOf({ from, why }: Gap): string {
  return `${from} ${why}`;
}

function laterEnd(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : laterOf(a, b);
}
