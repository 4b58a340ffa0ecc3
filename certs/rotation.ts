/** Keeps every replica's certificate good: whoever comes first makes it, the others adopt it, anyone rotates it. */
import { caBundle, type CertificateState } from './certificate-state.ts';
import { inspectState, type InspectedState } from './inspect-state.ts';
import { carryOut, issueState, type IssueSettings } from './issue-state.ts';
import { planRotation } from './plan-rotation.ts';

export interface StoredState {
  /** undefined where something is stored that can't be read: it is replaced. */
  readonly state: CertificateState | undefined;
  readonly version: string;
}

/** Where the state is kept. Failures of the network and refusals are thrown. */
export interface CertificateStore {
  read(): Promise<StoredState | undefined>;
  create(state: CertificateState): Promise<'created' | 'exists'>;
  /** Only if the stored version is still the one that was read. */
  replace(state: CertificateState, version: string): Promise<'replaced' | 'conflict'>;
}

/** `incomplete`: something that should carry the bundle doesn't exist (yet). */
export type Announcement = 'unchanged' | 'changed' | 'incomplete';

export interface RotationDeps extends IssueSettings {
  readonly store: CertificateStore;
  /** Tells everyone who verifies our certificate. Idempotent: asked at every turn. */
  readonly announce: (caBundle: string) => Promise<Announcement>;
  /** The state to serve from now on; called at every turn, after the bundle was announced. */
  readonly serve: (state: CertificateState, announcement: Announcement) => void;
  readonly onFailure: (error: unknown) => void;
  readonly clock: {
    /** Milliseconds since the epoch. */
    readonly now: () => number;
    /** Resolves early when the signal aborts. */
    readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  };
  /** Between two turns while nothing changes: how soon a replica adopts what another one stored. Far below `lives.settleMs`. */
  readonly checkEveryMs: number;
  /** Between two turns after a failure or a change. */
  readonly retryMs: number;
}

/** Ends when the signal aborts; never throws. A turn that failed is repeated. */
export async function keepCertificates(deps: RotationDeps, signal: AbortSignal): Promise<void> {
  const seen = { bundle: new LastChange(), serving: new LastChange() };
  while (!signal.aborted) {
    const calm = await takeTurn(deps, seen).catch((error: unknown) => {
      deps.onFailure(error);
      return false;
    });
    await deps.clock.sleep(calm ? deps.checkEveryMs : deps.retryMs, signal);
  }
}

/** Since when this replica has seen a text unchanged. After a restart the settling time begins anew, which does no harm. */
class LastChange {
  #text = '';
  #sinceMs = 0;

  settledMs(text: string, nowMs: number): number {
    if (text !== this.#text) {
      this.#text = text;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs;
  }

  reset(): void {
    this.#text = '';
  }
}

interface Seen {
  readonly bundle: LastChange;
  readonly serving: LastChange;
}

/** @returns whether everything was found as it should be */
async function takeTurn(deps: RotationDeps, seen: Seen): Promise<boolean> {
  const current = await findOrCreate(deps);
  if (current === undefined) return false;
  const { state, version, inspected } = current;
  const announcement = await deps.announce(caBundle(state));
  deps.serve(state, announcement);
  // Someone had taken the bundle away, or it has just been put in place: the time to see it begins now.
  if (announcement !== 'unchanged') seen.bundle.reset();
  const nowMs = deps.clock.now();
  const step = planRotation(
    {
      ...inspected,
      bundleSettled: seen.bundle.settledMs(caBundle(state), nowMs) >= deps.lives.settleMs,
      servingSettled: seen.serving.settledMs(state.serving.certificatePem, nowMs) >= deps.lives.settleMs,
    },
    nowMs,
  );
  // Whether it was stored or another replica was faster: the next turn reads what counts.
  if (step.kind !== 'none') await deps.store.replace(await carryOut(step, state, deps, nowMs), version);
  return step.kind === 'none' && announcement === 'unchanged';
}

interface CurrentState {
  readonly state: CertificateState;
  readonly version: string;
  readonly inspected: InspectedState;
}

/** Reads back what it stored, so that all replicas go by the same bytes; undefined if that is gone again. */
async function findOrCreate(deps: RotationDeps): Promise<CurrentState | undefined> {
  const current = inspectStored(await deps.store.read(), deps.names);
  if (current.kind === 'good') return current;
  const fresh = await issueState(deps, deps.clock.now());
  if (current.kind === 'absent') await deps.store.create(fresh);
  else await deps.store.replace(fresh, current.version);
  const stored = inspectStored(await deps.store.read(), deps.names);
  return stored.kind === 'good' ? stored : undefined;
}

type Inspection =
  | ({ readonly kind: 'good' } & CurrentState)
  | { readonly kind: 'unreadable'; readonly version: string }
  | { readonly kind: 'absent' };

function inspectStored(stored: StoredState | undefined, names: readonly string[]): Inspection {
  if (stored === undefined) return { kind: 'absent' };
  const { state, version } = stored;
  const inspected = state && inspectState(state, names);
  return state && inspected ? { kind: 'good', state, version, inspected } : { kind: 'unreadable', version };
}
