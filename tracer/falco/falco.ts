/**
 * Falco beside the ledger: started, watched over, started again, and told of in a section of the report. Nothing that happens to it is
 * thrown: whatever fails ends in a state of the section.
 */
import type { Logger } from 'pino';
import type { FalcoSection } from '../../profile/probes.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDescription } from '../containers/find-record.ts';
import type { ChildOptions, FalcoChild } from './child.ts';
import { falcoConfiguration, falcoRules } from './configuration-files.ts';
import { createEndurance, type Endurance } from './endurance.ts';
import type { FalcoEvent, FalcoListener } from './event.ts';
import { assertHarmless, FILE_FIELDS } from './fields.ts';
import type { GiveBack } from './place.ts';
import type { PrivateDirectory } from './private-directory.ts';
import { Sight } from './sight.ts';
import { takeTurn, type TurnEnd } from './turn.ts';

export interface FalcoDeps {
  readonly wish: 'optional' | 'required';
  readonly podUid: string;
  readonly binary: string;
  readonly isThere: (binary: string) => boolean;
  /** How long the gate may be held for it, from its start on. */
  readonly waitMs: number;
  readonly cpus: number;
  /** How to give the place back; undefined where as many as allowed are taken. */
  readonly takePlace: () => Promise<GiveBack | undefined>;
  readonly directory: PrivateDirectory;
  readonly startChild: (options: ChildOptions) => FalcoChild;
  readonly describe: (containerId: string) => ContainerDescription;
  /** Who sees each event, if anybody. */
  readonly listener: FalcoListener | undefined;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called when there is something new to be decided on. */
  readonly onChange: () => void;
}

type Over = 'absent' | 'capped' | 'failed' | 'ended';

export class Falco {
  readonly #deps: FalcoDeps;
  readonly #fields: readonly string[];
  readonly #sight: Sight;
  readonly #closing = new AbortController();
  readonly #endurance: Endurance = createEndurance();
  #over: { readonly state: Over; readonly detail: string } | undefined;
  #startedMs: number | undefined;
  #releasedUnseen = false;
  #running: Promise<void> = Promise.resolve();
  #giveBack: GiveBack | undefined;

  constructor(deps: FalcoDeps) {
    const { log, listener } = deps;
    this.#deps = deps;
    this.#fields = listener === undefined ? [] : [...FILE_FIELDS, ...listener.fields];
    assertHarmless(this.#fields);
    this.#sight = new Sight({
      ...deps,
      onEvent: untilItThrows(listener, (error) => {
        log.error({ err: error }, 'What Falco sees of files could not be kept');
      }),
      onReady: () => {
        log.info({}, 'Falco watches the target');
        deps.onChange();
      },
    });
  }

  /** To be called once, when the ledger is armed. Returns at once. */
  start(): void {
    this.#startedMs = this.#deps.clock.steadyMs();
    this.#running = this.#watch().catch((error: unknown) => {
      this.#deps.log.error({ err: error }, 'Falco could not be watched over');
      this.#end('failed', String(error));
    });
  }

  /** These containers have come: to be called while the runtime knows them. */
  meet(containerIds: readonly string[]): void {
    this.#sight.meet(containerIds);
  }

  /** Whether the gate is to stay closed for it: it is required, and may still come in time. */
  holdsGate(): boolean {
    const { wish, clock, waitMs } = this.#deps;
    if (wish === 'optional' || this.#startedMs === undefined || this.#over !== undefined) return false;
    return !this.#sight.isReady && clock.steadyMs() < this.#startedMs + waitMs;
  }

  /** The target runs from now on, or has been running since then. What Falco doesn't see is a gap. */
  release(since: Date, why: 'late' | 'tracer-restarted'): void {
    this.#releasedUnseen = why === 'late' && !this.#sight.isReady;
    this.#sight.expect(since, why);
  }

  /** Events of the target came a moment ago: more of them may be under way. */
  isBehind(): boolean {
    return this.#over === undefined && this.#sight.isBehind;
  }

  /** Grows with what a report should carry soon. */
  changes(): number {
    return this.#sight.changes + (this.#over === undefined ? 0 : 1);
  }

  /** It was required, and the target ran without it. */
  isMissing(): boolean {
    const unavailable = this.#over !== undefined && this.#over.state !== 'ended';
    return this.#deps.wish === 'required' && (unavailable || this.#releasedUnseen);
  }

  section(): FalcoSection {
    return {
      state: this.#over?.state ?? (this.#sight.isReady ? 'watching' : 'starting'),
      detail: this.#over?.detail ?? '',
      ...this.#sight.told(),
    };
  }

  /** What comes from now on doesn't count: the target has ended, or a successor goes on. The process is told to end. */
  finish(how: 'ended' | 'handed-over'): void {
    this.#sight.end();
    this.#closing.abort();
    if (how === 'ended' && this.#sight.isReady) this.#end('ended', '');
  }

  /** Ends it and removes what it had on the node. Takes some seconds at most. */
  async close(): Promise<void> {
    this.finish('handed-over');
    await this.#running;
    try {
      this.#deps.directory.remove();
      this.#giveBack?.();
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'What Falco had on the node could not be removed');
    }
  }

  #end(state: Over, detail: string): void {
    if (this.#over !== undefined) return;
    this.#over = { state, detail: detail.slice(0, 512) };
    if (state !== 'ended') this.#deps.log.warn({ state, detail }, 'Falco does not watch the target');
    this.#deps.onChange();
  }

  async #watch(): Promise<void> {
    const { binary, isThere, takePlace, clock } = this.#deps;
    if (!isThere(binary)) {
      this.#end('absent', `there is no ${binary}`);
      return;
    }
    this.#giveBack = await takePlace();
    if (this.#giveBack === undefined) {
      this.#end('capped', '');
      return;
    }
    const { signal } = this.#closing;
    const start = (): FalcoChild => this.#launch();
    while (!signal.aborted) {
      const turn = await takeTurn({ sight: this.#sight, start, clock, signal });
      if (turn.why === 'stopped' || !(await this.#recover(turn))) return;
    }
  }

  /** @returns false where it isn't to be started again */
  async #recover({ why, detail, watchedMs }: TurnEnd): Promise<boolean> {
    const { clock, log, onChange } = this.#deps;
    onChange();
    if (why === 'overloaded') {
      log.warn({ shed: this.#sight.shed }, 'Falco dropped events: it is started again without the noisiest calls');
      return true;
    }
    log.warn({ why, detail }, 'Falco ended');
    const next = this.#endurance.next(watchedMs);
    if (next.kind === 'give-up') {
      this.#end('failed', detail);
      return false;
    }
    await clock.sleep(next.inMs, this.#closing.signal);
    return true;
  }

  #launch(): FalcoChild {
    const { directory, podUid, cpus, binary, startChild } = this.#deps;
    const wish = { podUid, fields: this.#fields, shed: this.#sight.shed, cpus, rulesFile: directory.rulesFile };
    directory.write({ configuration: falcoConfiguration(wish), rules: falcoRules(wish) });
    const onLine = (line: string): boolean => this.#sight.hear(line);
    return startChild({ binary, configurationFile: directory.configurationFile, onLine });
  }
}

/** Calls the listener until it throws: the next events would make it throw as well. */
function untilItThrows(
  listener: FalcoListener | undefined,
  onTrouble: (error: unknown) => void,
): (event: FalcoEvent) => void {
  let deaf = listener === undefined;
  return (event) => {
    if (deaf) return;
    try {
      listener?.onEvent(event);
    } catch (error) {
      deaf = true;
      onTrouble(error);
    }
  };
}
