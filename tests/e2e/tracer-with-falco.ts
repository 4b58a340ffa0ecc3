/** Flak installed with a tracer's image in which there is a `falco`: the fake one of tests/falco, or one of this machine. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveOf } from '../cluster/images/archive.ts';
import { loadImages } from '../cluster/images/load.ts';
import { type FalcoLayer, withFalco } from '../cluster/images/with-falco.ts';
import { nodesUp } from '../cluster/nodes/nodes-up.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Fault } from '../falco/fake-falco.ts';
import type { FlakCluster } from './flak-cluster.ts';
import { installFlak } from './install.ts';
import type { Kubectl } from './kubectl.ts';

const TRACER = 'ghcr.io/flak-dev/flak-tracer';
/** What the fake one is told; tracers see the node's /run as /host/run. */
const TOLD = '/run/flak-fake-falco';
const FAKE = '/usr/lib/falco/fake-falco.ts';

export const FAKE_FALCO: FalcoLayer = {
  files: { [FAKE]: resolve('tests/falco/fake-falco.ts') },
  script: `told=/host${TOLD}\nexec /usr/local/bin/node ${FAKE} "$(cat $told/fault)" $told/containers "$@"`,
};

/** Installs Flak with that Falco in its tracers. */
export async function installWithFalco({ kubectl, images, cluster }: FlakCluster, layer: FalcoLayer): Promise<void> {
  const tracer = await withFalco(archiveOf(images[TRACER] ?? ''), layer, consoleProgress(process.stdout));
  for (const node of nodesUp(cluster.stateDirectory)) await loadImages(node.containerdSocket, [tracer]);
  await installFlak(kubectl, { ...images, [TRACER]: tracer.reference });
}

export interface FakeFalco extends AsyncDisposable {
  /** How the next ones that are started misbehave. */
  readonly fault: (fault: Fault) => void;
  /** Resolves when those that run have been told of the container. */
  readonly knows: (containerId: string) => Promise<void>;
}

interface Pods {
  readonly items: readonly { readonly status: Readonly<Record<string, readonly Status[] | string | undefined>> }[];
}
interface Status {
  readonly containerID?: string;
}

/** Tells the fake ones which containers there are in a namespace, gates included, for as long as it isn't disposed of. */
export function tellFakeFalco(kubectl: Kubectl, namespace: string): FakeFalco {
  mkdirSync(TOLD, { recursive: true });
  const fault = (word: Fault): void => {
    writeFileSync(join(TOLD, 'fault'), word);
  };
  fault('none');
  writeFileSync(join(TOLD, 'containers'), '');
  const ended = new AbortController();
  const told = tell(kubectl, namespace, ended.signal);
  return {
    fault,
    knows: (containerId) => {
      const isTold = (): boolean => readFileSync(join(TOLD, 'containers'), 'utf8').includes(containerId);
      return waitUntil('the fake Falco knows the container', () => Promise.resolve(isTold()), { limitMs: 60_000 });
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await told;
      rmSync(TOLD, { recursive: true, force: true });
    },
  };
}

async function tell(kubectl: Kubectl, namespace: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const { exitCode, stdout } = await kubectl.attempt(['get', 'pods', '-n', namespace, '-o', 'json']);
    // Asked again, whatever was in the way.
    if (exitCode === 0)
      writeFileSync(join(TOLD, 'containers'), (JSON.parse(stdout) as Pods).items.flatMap(idsOf).join('\n'));
    await sleep(300);
  }
}

function idsOf({ status }: Pods['items'][number]): string[] {
  const statuses = [status['initContainerStatuses'], status['containerStatuses']].flatMap((list) =>
    Array.isArray(list) ? (list as readonly Status[]) : [],
  );
  return statuses.flatMap(({ containerID }) => containerID?.split('://').at(-1) ?? []);
}
