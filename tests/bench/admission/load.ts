/** Sends reviews to one server over kept connections, as an API server does. */
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Target {
  readonly port: number;
  readonly caBundle: string;
}

const CONNECTIONS = 16;

export class Load implements Disposable {
  readonly #agent: Agent;
  readonly #target: Target;
  readonly #body: string;

  constructor(target: Target, body: string) {
    this.#target = target;
    this.#body = body;
    this.#agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: target.caBundle });
  }

  /** As many as 16 connections carry. @returns reviews per second */
  async saturate(ms: number): Promise<number> {
    const startedMs = performance.now();
    let reviews = 0;
    const sender = async (): Promise<void> => {
      while (performance.now() - startedMs < ms) {
        await this.send();
        reviews++;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, sender));
    return (reviews * 1000) / (performance.now() - startedMs);
  }

  /** At a steady rate. @returns each review's time in ms from when it was due, so that a stall is not hidden by those it delays */
  async pace(perSecond: number, ms: number): Promise<number[]> {
    const startedMs = performance.now();
    const count = Math.floor((perSecond * ms) / 1000);
    const sent: Promise<number>[] = [];
    for (let i = 0; i < count; i++) {
      const dueMs = startedMs + (i * 1000) / perSecond;
      const early = dueMs - performance.now();
      if (early > 0) await sleep(early);
      // A timer that fired late is the generator's fault, not the server's.
      const begunMs = performance.now();
      sent.push(this.send().then(() => performance.now() - begunMs));
    }
    return Promise.all(sent);
  }

  send(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: this.#target.port,
        path: '/mutate',
        method: 'POST',
        servername: 'flak.flak-system.svc',
        headers: { 'Content-Type': 'application/json', 'Content-Length': this.#body.length },
        agent: this.#agent,
      },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode ?? 0}`));
        response.resume().on('end', () => {
          resolve(undefined);
        });
      },
    );
    outgoing.on('error', reject).end(this.#body);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
