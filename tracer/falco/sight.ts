/** What was heard of Falco so far, over all the times it was started. Pure but for the clock it is given. */
import type { FalcoSection } from '../../profile/probes.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDescription } from '../containers/find-record.ts';
import type { FalcoEvent } from './event.ts';
import { createGaps } from './gaps.ts';
import { parseLine, type Metrics } from './parse-line.ts';
import { createShedder } from './shed.ts';
import { Tally } from './tally.ts';

export interface SightDeps {
  readonly podUid: string;
  readonly clock: Pick<Clock, 'now' | 'steadyMs'>;
  readonly describe: (containerId: string) => ContainerDescription;
  readonly onEvent: (event: FalcoEvent) => void;
  /** Called at the first event of the target. */
  readonly onReady: () => void;
}

/** Lines of a target that has ended come within some tens of ms; after a pause of this length none is expected. */
const QUIET_MS = 100;

const NOTHING: Metrics = { drops: 0, events: 0, version: null };

export class Sight {
  readonly #deps: SightDeps;
  readonly #tally: Tally;
  readonly #gaps = createGaps();
  readonly #shedder = createShedder();
  #metrics = NOTHING;
  /** Of those that have ended. */
  #dropsBefore = 0;
  #version: string | null = null;
  #readyAt: Date | null = null;
  #shownSinceMs: number | null = null;
  #overloaded = false;
  #ended = false;
  #lastLine: { readonly atMs: number; readonly at: Date };
  #lastEventMs = -Infinity;

  constructor(deps: SightDeps) {
    this.#deps = deps;
    this.#tally = new Tally(deps.describe);
    this.#lastLine = this.#now();
  }

  get isReady(): boolean {
    return this.#readyAt !== null;
  }

  /** Since when the present one shows events; null where it doesn't yet. */
  get shownSinceMs(): number | null {
    return this.#shownSinceMs;
  }

  /** Of the start, where there is no line yet. */
  get lastLineMs(): number {
    return this.#lastLine.atMs;
  }

  /** It drops more than is put up with: it is to be started again without what is shed by now. */
  get isOverloaded(): boolean {
    return this.#overloaded;
  }

  /** Events of the target came a moment ago. */
  get isBehind(): boolean {
    return this.#deps.clock.steadyMs() - this.#lastEventMs < QUIET_MS;
  }

  get shed(): readonly string[] {
    return this.#shedder.shed();
  }

  get changes(): number {
    return this.#tally.changes + this.#gaps.changes() + (this.isReady ? 1 : 0) + this.shed.length;
  }

  /** One was started. */
  begin(): void {
    this.#metrics = NOTHING;
    this.#shownSinceMs = null;
    this.#overloaded = false;
    this.#lastLine = this.#now();
  }

  /** These containers have come. */
  meet(containerIds: readonly string[]): void {
    this.#tally.meet(containerIds);
  }

  /**
   * Takes a line that it printed.
   * @returns whether the line shows that it watches
   */
  hear(text: string): boolean {
    if (this.#ended) return true;
    const line = parseLine(text, this.#deps.podUid);
    if (line.kind === 'other') return false;
    this.#show();
    if (line.kind === 'event') this.#see(line.event);
    else this.#measure(line.metrics);
    return true;
  }

  /** It ended, and `lost` of its lines were not read. What happens from its last line on is not seen. */
  blind(why: 'crashed' | 'overloaded', lost: number): void {
    this.#dropsBefore += this.#metrics.drops + lost;
    this.#metrics = NOTHING;
    if (this.#ended) return;
    // For one that never showed anything the gap is open since the target began, or since the one before it ended.
    if (this.#shownSinceMs !== null) this.#gaps.open(why, this.#lastLine.at);
    this.#shownSinceMs = null;
  }

  /** From then on what the target does is to be seen: while nothing watches, it isn't. */
  expect(since: Date, why: 'late' | 'tracer-restarted'): void {
    if (this.#shownSinceMs === null || why === 'tracer-restarted') this.#gaps.open(why, since);
    if (this.#shownSinceMs !== null) this.#gaps.close(this.#deps.clock.now());
  }

  /** The target has ended: what is under way is not waited for any longer. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const now = this.#deps.clock.now();
    if (this.isBehind) this.#gaps.add('overloaded', this.#lastLine.at, now);
    this.#gaps.close(now);
  }

  told(): Omit<FalcoSection, 'state' | 'detail'> {
    return {
      version: this.#version,
      readyAt: this.#readyAt?.toISOString() ?? null,
      calls: this.#tally.calls(),
      events: this.#tally.events,
      drops: this.#dropsBefore + this.#metrics.drops,
      ...this.#gaps.list(),
      shed: [...this.shed],
    };
  }

  #now(): { readonly atMs: number; readonly at: Date } {
    const { clock } = this.#deps;
    return { atMs: clock.steadyMs(), at: clock.now() };
  }

  #show(): void {
    this.#lastLine = this.#now();
    if (this.#shownSinceMs !== null) return;
    this.#shownSinceMs = this.#lastLine.atMs;
    this.#gaps.close(this.#lastLine.at);
  }

  #see(event: FalcoEvent): void {
    this.#lastEventMs = this.#lastLine.atMs;
    if (this.#readyAt === null) {
      this.#readyAt = this.#lastLine.at;
      this.#deps.onReady();
    }
    if (this.#tally.add(event)) this.#deps.onEvent(event);
  }

  #measure(next: Metrics): void {
    this.#version = next.version ?? this.#version;
    const interval = { drops: next.drops - this.#metrics.drops, events: next.events - this.#metrics.events };
    this.#metrics = next;
    this.#tally.learn();
    const chosen = this.#shedder.consider(interval, this.#tally.takeWindow(), this.#lastLine.atMs);
    if (chosen.length > 0) this.#overloaded = true;
  }
}
