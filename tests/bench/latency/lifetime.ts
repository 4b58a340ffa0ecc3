/** One pod's way from its node to its first instruction, and from its deletion to its end. */
import { EventEmitter, once } from 'node:events';
import type { FlakCluster } from '../../e2e/flak-cluster.ts';
import { pod, shellContainer, TRACED } from '../../e2e/targets.ts';
import { watchObjects, type Watch } from '../../e2e/watch-objects.ts';

export interface Lifetime {
  /** From the moment the pod has a node to the first line of its container. */
  readonly startMs: number;
  /** From the deletion timestamp to the moment the pod object is gone. */
  readonly endMs: number;
}

interface SeenPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}

type Step = 'placed' | 'deleting' | 'gone';

/** Prints when it starts, in nanoseconds; ends at once when it is told to. */
const PROGRAM = 'date +%s%N; trap "exit 0" TERM; sleep 600 & wait';

export class Lifetimes {
  readonly #flak: FlakCluster;
  readonly #namespace: string;
  readonly #seen = new Map<string, number>();
  readonly #news = new EventEmitter();
  #watch: Watch | undefined;

  constructor(flak: FlakCluster, namespace: string) {
    this.#flak = flak;
    this.#namespace = namespace;
  }

  async start(): Promise<void> {
    this.#watch = await watchObjects<SeenPod>(this.#flak, ['pods', '-n', this.#namespace], ({ type, object }) => {
      const { name, deletionTimestamp } = object.metadata;
      if (object.spec.nodeName !== undefined) this.#note(name, 'placed');
      if (deletionTimestamp !== undefined) this.#note(name, 'deleting');
      if (type === 'DELETED') this.#note(name, 'gone');
    });
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /** Runs one pod to its end. Untraced ones have an init container that does nothing where the gate would be. */
  async measure(name: string, traced: boolean): Promise<Lifetime> {
    const { kubectl } = this.#flak;
    const image = this.#flak.image('workbench');
    const idle = { ...shellContainer(image, 'idle', ''), command: ['true'] };
    const spec = {
      ...(!traced && { initContainers: [idle] }),
      containers: [shellContainer(image, 'main', PROGRAM)],
    };
    const object = pod(this.#namespace, name, { labels: traced ? TRACED : {}, spec });
    const inNamespace = ['-n', this.#namespace];
    await kubectl.run(['create', '-f', '-'], JSON.stringify(object));
    await kubectl.run(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s', ...inNamespace]);
    const startedMs = Number(await kubectl.run(['logs', name, '-c', 'main', ...inNamespace])) / 1e6;
    await kubectl.run(['delete', 'pod', name, '--timeout=60s', ...inNamespace]);
    const goneMs = await this.#when(name, 'gone');
    return {
      startMs: startedMs - (await this.#when(name, 'placed')),
      endMs: goneMs - (await this.#when(name, 'deleting')),
    };
  }

  #note(name: string, step: Step): void {
    const key = `${name} ${step}`;
    if (this.#seen.has(key)) return;
    this.#seen.set(key, Date.now());
    this.#news.emit(key);
  }

  async #when(name: string, step: Step): Promise<number> {
    const key = `${name} ${step}`;
    if (!this.#seen.has(key)) await once(this.#news, key, { signal: AbortSignal.timeout(60_000) });
    return this.#seen.get(key) ?? NaN;
  }
}
