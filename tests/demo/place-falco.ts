/** Falco in the demo's tracers, where this machine has one. */
import type { Cluster } from '../cluster/cluster.ts';
import { archiveOf } from '../cluster/images/archive.ts';
import { loadImages } from '../cluster/images/load.ts';
import { falcoOfThisMachine, withFalco } from '../cluster/images/with-falco.ts';
import type { Progress } from '../cluster/progress.ts';
import { findFalco } from '../falco/real-falco.ts';

const TRACER = 'ghcr.io/flak-dev/flak-tracer';

export interface PlacedImages {
  /** References by name. */
  readonly images: Readonly<Record<string, string>>;
  /** Whether tracers have a Falco. */
  readonly falco: boolean;
}

/** The images with this machine's Falco beside the tracer; without one they are as they were, and the demo says why. */
export async function placeFalco(
  images: Readonly<Record<string, string>>,
  { node }: Cluster,
  progress: Progress,
  signal: AbortSignal,
): Promise<PlacedImages> {
  const found = findFalco();
  if (found.kind === 'none') {
    progress.note(`The ledger records alone, without Falco as the second probe: ${found.why}.`);
    return { images, falco: false };
  }
  const layer = await falcoOfThisMachine(found.binary);
  const tracer = await withFalco(archiveOf(images[TRACER] ?? ''), layer, progress, signal);
  await loadImages(node.containerdSocket, [tracer], signal);
  return { images: { ...images, [TRACER]: tracer.reference }, falco: true };
}
