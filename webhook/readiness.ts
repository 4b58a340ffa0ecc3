/** When a replica may call itself ready: the first pod that is created after it said so must be traced. */
import type { GateMedium } from './admission/medium.ts';
import type { ReadinessProbe } from './kube/readiness-probe.ts';

export interface ReadinessDeps {
  readonly probe: ReadinessProbe;
  /** This very replica adds a gate to a pod. `ca`: of the certificate it serves. */
  readonly addsGate: (ca: string) => Promise<boolean>;
  readonly controllerAlive: () => boolean;
  readonly cachesSynced: () => boolean;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Readiness {
  /** What is still missing, in words. */
  readonly missing: () => readonly string[];
  /** `complete`: the webhook configurations and the tracers' endpoint carry our certificate authority. */
  readonly certificateServed: (ca: string, complete: boolean) => void;
  /** What namespaces without Pod Security labels allow, as far as is known. */
  readonly defaultMedium: () => GateMedium;
  /** Looks until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const EVERY_MS = { starting: 1000, ready: 5 * 60_000 } as const;

/**
 * Once ready it stays so: a replica that lost its leader must go on answering, to say why it adds no gates; and where
 * somebody has taken the webhook configuration away, tracers still have reports to bring and an uninstall is to be held.
 */
export function createReadiness(deps: ReadinessDeps): Readiness {
  let certificate = false;
  let ca = '';
  let gate = false;
  let ending = false;
  let medium: GateMedium | null = null;
  const missing = (): readonly string[] => [
    ...(ending ? ['the end: shutting down'] : []),
    ...(certificate ? [] : ['certificate and caBundle']),
    ...(deps.cachesSynced() ? [] : ['first lists']),
    ...(gate || deps.controllerAlive() ? [] : ['a leader']),
    ...(medium === null ? ['what namespaces allow'] : []),
    ...(gate ? [] : ['a gate in a review of our own, and in a dry-run pod']),
  ];
  const look = async (): Promise<void> => {
    medium = (await deps.probe.defaultMedium()) ?? medium;
    const mayAsk = certificate && deps.cachesSynced() && deps.controllerAlive();
    if (!gate && mayAsk) gate = (await deps.addsGate(ca)) && (await deps.probe.gateIsAdded());
  };
  return {
    missing,
    certificateServed: (servedBy, complete) => {
      ca = servedBy;
      certificate ||= complete;
    },
    // Until it is known, the medium that every policy allows.
    defaultMedium: () => medium ?? 'annotation',
    run: async (signal) => {
      signal.addEventListener('abort', () => {
        ending = true;
      });
      while (!signal.aborted) {
        await look();
        await deps.sleep(gate && medium !== null ? EVERY_MS.ready : EVERY_MS.starting, signal);
      }
    },
  };
}
