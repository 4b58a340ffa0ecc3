/** The store's API on a real HTTPS socket, over a pod cache and a trace state that tests hold in their hands. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { Placement } from '../../../profile/placement.ts';
import type { ApiResult } from '../../../webhook/store/answers.ts';
import { createAuthenticator, type TokenVerdict } from '../../../webhook/store/authenticate.ts';
import type { Outcome } from '../../../webhook/kube/outcome.ts';
import type { Target } from '../../../webhook/store/order.ts';
import type { PodView, TracerPod } from '../../../webhook/store/pod-view.ts';
import { TRACE_API_LIMITS, traceApi, type TraceApiLimits } from '../../../webhook/store/trace-api.ts';
import type { StoredTrace, TraceState } from '../../../webhook/store/trace-state.ts';
import { createTestAuthority, type TestAuthority } from './certificate-authority.ts';

export const SERVER_NAME = 'flak.flak-system.svc';
export const RUNNING: Target = { deleting: false, terminal: false, ready: [] };
export const DELETING: Target = { deleting: true, terminal: false, ready: [] };

/** A pod cache that a test fills. */
export class FakePods implements PodView {
  readonly targets = new Map<string, Target>();
  readonly tracers = new Map<string, TracerPod>();
  /** Whose Trace is open although the target is gone. */
  readonly open = new Set<string>();
  /** What the API server has of targets that the cache misses. */
  readonly stored = new Map<string, Outcome<Target | undefined>>();
  isUninstalling = false;
  isSynced = true;
  readonly listeners = new Map<() => void, string>();

  synced(): boolean {
    return this.isSynced;
  }
  target(podUid: string): Target | undefined {
    return this.targets.get(podUid);
  }
  lookUp(podUid: string): Promise<Outcome<Target | undefined>> {
    return Promise.resolve(this.stored.get(podUid) ?? { kind: 'ok', value: undefined });
  }
  isOpen(podUid: string): boolean {
    return this.targets.has(podUid) || this.open.has(podUid);
  }
  tracer(podName: string): TracerPod | undefined {
    return this.tracers.get(podName);
  }
  uninstalling(): boolean {
    return this.isUninstalling;
  }
  onChange(podUid: string, listener: () => void): () => void {
    this.listeners.set(listener, podUid);
    return () => this.listeners.delete(listener);
  }
  set(podUid: string, target: Target | undefined): void {
    if (target === undefined) this.targets.delete(podUid);
    else this.targets.set(podUid, target);
    for (const [listener, uid] of this.listeners) if (uid === podUid) listener();
  }
}

/** A trace state with the API server's optimistic locking. */
export class FakeTraceState implements TraceState {
  readonly traces = new Map<string, StoredTrace>();
  writes = 0;
  /** Called before each write: another replica may get in between. */
  beforeWrite: () => void = () => undefined;

  read(podUid: string) {
    const value = this.traces.get(podUid);
    return Promise.resolve(value === undefined ? { kind: 'not-found' as const } : { kind: 'ok' as const, value });
  }
  create(podUid: string, content: Omit<StoredTrace, 'version'>) {
    this.beforeWrite();
    if (this.traces.has(podUid)) return Promise.resolve({ kind: 'already-exists' as const });
    return this.put(podUid, content);
  }
  replace(podUid: string, next: StoredTrace) {
    this.beforeWrite();
    const stored = this.traces.get(podUid);
    if (stored === undefined) return Promise.resolve({ kind: 'not-found' as const });
    if (stored.version !== next.version) return Promise.resolve({ kind: 'conflict' as const });
    return this.put(podUid, next);
  }
  put(podUid: string, { report, digests }: Omit<StoredTrace, 'version'>) {
    this.writes += 1;
    this.traces.set(podUid, { version: String(this.writes), report, digests });
    return Promise.resolve({ kind: 'ok' as const, value: undefined });
  }
}

export interface TraceServer {
  readonly pods: FakePods;
  readonly state: FakeTraceState;
  /** Tokens that the API server knows; a token that isn't here is invalid. */
  readonly tokens: Map<string, TokenVerdict>;
  readonly results: ApiResult[];
  /** What is to be placed on the nodes of canaries, by their UIDs. */
  readonly placements: Map<string, Outcome<Placement>>;
  /** Where a tracer reads its endpoint and its token. */
  readonly directory: string;
  readonly endpointDir: string;
  readonly tokenFile: string;
  readonly port: number;
  authority: TestAuthority;
  /** Cuts all connections and stops listening. */
  stop(): Promise<void>;
  /** Listens on the same port again, with a certificate of the authority of that moment. */
  start(): Promise<void>;
  /** Writes the endpoint's files and the token for a tracer. */
  announce(token: string): void;
  close(): Promise<void>;
}

export async function createTraceServer(limits: Partial<TraceApiLimits> = {}): Promise<TraceServer> {
  const directory = mkdtempSync(join(tmpdir(), 'flak-wire-'));
  const pods = new FakePods();
  const state = new FakeTraceState();
  const tokens = new Map<string, TokenVerdict>();
  const results: ApiResult[] = [];
  const placements: TraceServer['placements'] = new Map();
  const ending = new AbortController();
  const app = express().use(
    traceApi({
      authenticate: createAuthenticator({
        reviewToken: (token) => Promise.resolve(tokens.get(token) ?? { kind: 'unauthenticated' }),
        nowMs: () => performance.now(),
        cache: { ttlMs: 0, maxTokens: 10, maxReviews: 10 },
      }),
      pods,
      traceState: state,
      findPlacement: (podUid) => Promise.resolve(placements.get(podUid) ?? { kind: 'not-found' }),
      signal: ending.signal,
      onResult: (_route, result) => results.push(result),
      onFailure: (error) => {
        console.error(error);
      },
      limits: { ...TRACE_API_LIMITS, ...limits },
    }),
  );
  let server: Server | undefined;
  const own = {
    pods,
    placements,
    state,
    tokens,
    results,
    directory,
    endpointDir: directory,
    tokenFile: join(directory, 'token'),
    authority: createTestAuthority('flak test CA'),
    port: 0,
    start: async () => {
      server = createServer(own.authority.issue(SERVER_NAME), app).listen(own.port, '127.0.0.1');
      await once(server, 'listening');
      own.port = (server.address() as AddressInfo).port;
    },
    stop: async () => {
      if (server === undefined) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      server = undefined;
    },
    announce: (token: string) => {
      writeFileSync(join(directory, 'ca.crt'), own.authority.ca);
      writeFileSync(join(directory, 'address'), '127.0.0.1');
      writeFileSync(join(directory, 'port'), String(own.port));
      writeFileSync(own.tokenFile, token);
    },
    close: async () => {
      ending.abort();
      await own.stop();
      rmSync(directory, { recursive: true });
    },
  };
  await own.start();
  return own;
}

/** What the API server says of the token of a tracer pod. */
export function tracerToken(name: string, uid: string): TokenVerdict {
  return { kind: 'authenticated', user: 'system:serviceaccount:flak-system:flak-tracer', pod: { name, uid } };
}
