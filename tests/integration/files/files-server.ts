/** The store of lines on a real HTTPS socket and a real folder, over tokens and tracers that tests hold in their hands. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { openFileStore, type FileStore } from '../../../tracer/files/file-store.ts';
import type { FilesResult } from '../../../webhook/files/answers.ts';
import { filesApi } from '../../../webhook/files/files-api.ts';
import type { FilesTracer } from '../../../webhook/files/find-tracer.ts';
import { identifyForFiles } from '../../../webhook/files/identify.ts';
import { openShelf, type Shelf, type ShelfLimits } from '../../../webhook/files/shelf.ts';
import { createTokenJudge, type TokenVerdict } from '../../../webhook/store/authenticate.ts';
import { createTestAuthority, type TestAuthority } from '../wire/certificate-authority.ts';

export const UID = '11111111-2222-4333-8444-555555555555';
export const OTHER_UID = '99999999-2222-4333-8444-555555555555';
const SERVER_NAME = 'flak-files.flak-system.svc';
const ROOMY: ShelfLimits = { traceBytes: 1 << 30, totalBytes: 1 << 30, whenFull: 'refuse' };

export const TRACER = {
  kind: 'authenticated',
  user: 'system:serviceaccount:flak-system:flak-tracer',
  pod: { name: 'tracer-a', uid: 'uid-a' },
} as const satisfies TokenVerdict;
export const READER: TokenVerdict = {
  kind: 'authenticated',
  user: 'system:serviceaccount:flak-system:flak-files-reader',
  pod: null,
};

export class FilesServer {
  readonly directory = mkdtempSync(join(tmpdir(), 'flak-files-'));
  readonly root: string;
  readonly tokens = new Map<string, TokenVerdict>([
    ['tracer', TRACER],
    ['reader', READER],
  ]);
  readonly tracers = new Map<string, FilesTracer>([
    ['tracer-a', { uid: 'uid-a', targetUid: UID, targetNamespace: 'shop', targetPod: 'web-0' }],
  ]);
  readonly results: FilesResult[] = [];
  readonly failures: unknown[] = [];
  readonly removed: string[] = [];
  shelf!: Shelf;
  /** Cuts the connection instead of answering, after the request was carried out; counts down. */
  loseAnswers = 0;
  nowMs = 1_700_000_000_000;
  readonly #authority: TestAuthority = createTestAuthority('flak-files');
  #server: Server | undefined;
  #port = 0;

  /** @param root where the files are; a folder of its own unless given */
  constructor(root?: string) {
    this.root = root ?? join(this.directory, 'traces');
  }

  async start(limits: Partial<ShelfLimits> = {}): Promise<void> {
    this.shelf = await openShelf({
      root: this.root,
      limits: { ...ROOMY, ...limits },
      nowMs: () => this.nowMs,
      onRemoved: ({ uid }) => this.removed.push(uid),
    });
    const server = createServer(this.#authority.issue(SERVER_NAME), express().use(this.#cutting(), this.#api()));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #cutting(): express.RequestHandler {
    return (request, response, next) => {
      if (request.method === 'PUT' && this.loseAnswers > 0) {
        this.loseAnswers -= 1;
        response.json = () => {
          request.socket.destroy();
          return response;
        };
      }
      next();
    };
  }

  #api(): express.Router {
    return filesApi({
      shelf: this.shelf,
      authenticate: createTokenJudge(
        {
          reviewToken: (token) => Promise.resolve(this.tokens.get(token) ?? { kind: 'unauthenticated' }),
          nowMs: () => 0,
          cache: { ttlMs: 0, maxTokens: 1, maxReviews: 10 },
        },
        identifyForFiles,
      ),
      findTracer: (name) => Promise.resolve({ kind: 'ok', value: this.tracers.get(name) }),
      onResult: (result) => this.results.push(result),
      onFailure: (error) => this.failures.push(error),
    });
  }

  /** As a crash does it: connections are cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** The store as a tracer with this token reaches it. */
  connect(token = 'tracer', uid = UID): FileStore {
    const directory = join(this.directory, `endpoint-${token}`);
    mkdirSync(directory, { recursive: true });
    const files = { 'ca.crt': this.#authority.ca, address: '127.0.0.1', port: String(this.#port), token };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    return openFileStore(directory, uid);
  }

  get ca(): string {
    return this.#authority.ca;
  }
  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
