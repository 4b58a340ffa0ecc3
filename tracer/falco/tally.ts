/** Which calls Falco reported of which container. Pure. */
import { kernelNameOf } from '../../profile/falco-names.ts';
import { compareText } from '../../profile/instants.ts';
import { PROBE_BOUNDS } from '../../profile/probe-words.ts';
import type { FalcoSection } from '../../profile/probes.ts';
import type { ContainerDescription } from '../containers/find-record.ts';
import { GATE_CONTAINER } from '../run/gate-sight.ts';
import type { FalcoEvent } from './event.ts';

/** Containers that are told apart at a time; a restart is another one. Beyond them the oldest is put to those of its name. */
export const MOST_CONTAINERS = 1024;

interface Seen {
  description: ContainerDescription;
  readonly names: Set<string>;
}

export class Tally {
  readonly #describe: (containerId: string) => ContainerDescription;
  readonly #seen = new Map<string, Seen>();
  readonly #folded = new Map<string, Set<string>>();
  #window = new Map<string, number>();
  #changes = 0;
  #events = 0;

  /** @param describe what is known of a container; asked once for each that is known, and at times for one that isn't */
  constructor(describe: (containerId: string) => ContainerDescription) {
    this.#describe = describe;
  }

  /** Grows with each name of a container that is new. */
  get changes(): number {
    return this.#changes;
  }

  /** Events of the target, without the gate's. */
  get events(): number {
    return this.#events;
  }

  /**
   * Counts an event. Cheap: there may be tens of thousands a second.
   * @returns whether it is of one of the pod's own containers, as far as is known: not the gate's, nor the sandbox's
   */
  add({ containerId, name }: FalcoEvent): boolean {
    const container = containerId === undefined ? undefined : this.#meet(containerId);
    if (container !== undefined && !isOwn(container.description)) return false;
    this.#events += 1;
    this.#count(name);
    if (container === undefined) return false;
    this.#note(container, name);
    return true;
  }

  /**
   * These containers have come. Falco may tell of them when they are gone, and the runtime's record of them with them.
   */
  meet(containerIds: readonly string[]): void {
    for (const containerId of containerIds) this.#meet(containerId);
  }

  /** Asks once more about containers that nothing was known of: the runtime's record may have come since. */
  learn(): void {
    for (const [id, container] of this.#seen) {
      if (container.description.kind === 'unknown') container.description = this.#describe(id);
    }
  }

  calls(): FalcoSection['calls'] {
    this.learn();
    const byName = new Map(this.#folded);
    for (const { description, names } of this.#seen.values()) fold(byName, nameOf(description), names);
    return [...byName]
      .filter(([, calls]) => calls.size > 0)
      .sort(([a], [b]) => compareText(a, b))
      .slice(0, PROBE_BOUNDS.containers)
      .map(([container, calls]) => ({ container, names: [...calls].sort(compareText).slice(0, PROBE_BOUNDS.names) }));
  }

  /** Events by Falco's name since the last time this was asked. */
  takeWindow(): ReadonlyMap<string, number> {
    const taken = this.#window;
    this.#window = new Map();
    return taken;
  }

  #meet(containerId: string): Seen {
    const known = this.#seen.get(containerId);
    if (known !== undefined) return known;
    const [oldest] = this.#seen;
    if (oldest !== undefined && this.#seen.size >= MOST_CONTAINERS) {
      fold(this.#folded, nameOf(oldest[1].description), oldest[1].names);
      this.#seen.delete(oldest[0]);
    }
    const met: Seen = { description: this.#describe(containerId), names: new Set() };
    this.#seen.set(containerId, met);
    return met;
  }

  #count(eventType: string): void {
    if (!this.#window.has(eventType) && this.#window.size >= PROBE_BOUNDS.names) return;
    this.#window.set(eventType, (this.#window.get(eventType) ?? 0) + 1);
  }

  #note({ names }: Seen, eventType: string): void {
    const name = kernelNameOf(eventType);
    if (name === null || names.has(name) || names.size >= PROBE_BOUNDS.names) return;
    names.add(name);
    this.#changes += 1;
  }
}

/** One that nothing is known of yet counts: its record comes before its first process. */
function isOwn({ name, kind }: ContainerDescription): boolean {
  return kind !== 'sandbox' && name !== GATE_CONTAINER;
}

/** The name that its calls are told under; undefined for what is no container of the pod's spec, or not known to be one. */
function nameOf(description: ContainerDescription): string | undefined {
  return description.kind === 'container' && isOwn(description) ? (description.name ?? undefined) : undefined;
}

function fold(byName: Map<string, Set<string>>, name: string | undefined, calls: ReadonlySet<string>): void {
  if (name === undefined) return;
  byName.set(name, new Set([...(byName.get(name) ?? []), ...calls]));
}
