/** After an API server was away: replicas stay ready, and add no gates until they know of a leader again. */
import { GATE } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from './kubectl.ts';
import { pod, shellContainer, TRACED } from './targets.ts';

/** Any replica may be asked for a review: so many in a row are hardly all one's. */
const IN_A_ROW = 8;

/**
 * Waits until labelled pods of the namespace get gates, whichever replica is asked. Creates none: it asks by dry runs.
 * @param medium of these gates, where the namespace has just been given another one
 */
export async function waitForGates(kubectl: Kubectl, namespace: string, medium?: 'annotation'): Promise<void> {
  const shape = { labels: TRACED, spec: { containers: [shellContainer('none', 'main', 'true')] } };
  const manifest = JSON.stringify(pod(namespace, 'would-be', shape));
  const dryRun = [
    'create',
    '--dry-run=server',
    '-o',
    'jsonpath={.spec.initContainers[*].name} {.spec.volumes[*].name}',
    '-f',
    '-',
  ];
  const isRight = (names: string): boolean =>
    names.includes(GATE.container) && !(medium === 'annotation' && names.includes(GATE.openingVolume));

  let added = 0;
  await waitUntil(
    `gates in ${IN_A_ROW} reviews in a row`,
    async () => {
      added = isRight(await kubectl.run(dryRun, manifest)) ? added + 1 : 0;
      return added >= IN_A_ROW;
    },
    { limitMs: 270_000, explain: () => `${added} in a row` },
  );
}
