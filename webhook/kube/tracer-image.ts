/** Which image a tracer runs: what the PodTemplate `flak-images` names now; the policy `flak-tracers` is installed with the same and allows no other. */
import { z } from 'zod';
import { FLAK_NAMESPACE, OBJECTS } from '../names.ts';
import type { Outcome } from './outcome.ts';
import { readWith } from './read-object.ts';
import type { Resource } from './resource.ts';

/** Many tracers made at once ask once; no longer than the pause before a refused tracer is tried again (plan-times.ts). */
const KEPT_MS = 1000;
const CONTAINER = 'tracer';

const templateSchema = z.object({
  template: z.object({
    spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string().min(1) })) }),
  }),
});

export type FindTracerImage = () => Promise<Outcome<string>>;

export interface TracerImageDeps {
  readonly podTemplates: Pick<Resource, 'get'>;
  /** From the configuration, for a cluster without such a PodTemplate (and then without the policy). */
  readonly fallback: string;
  /** Milliseconds of a clock that never goes back. */
  readonly steadyMs: () => number;
}

/**
 * The environment of a replica is as old as its pod: during an upgrade the old leader would go on making tracers of the
 * old image, which the policy refuses from the moment the new PodTemplate is there.
 */
export function createFindTracerImage({ podTemplates, fallback, steadyMs }: TracerImageDeps): FindTracerImage {
  let kept: { readonly image: string; readonly untilMs: number } | null = null;
  return async () => {
    if (kept !== null && steadyMs() < kept.untilMs) return { kind: 'ok', value: kept.image };
    const read = await podTemplates.get(FLAK_NAMESPACE, OBJECTS.imagesTemplate);
    if (read.kind !== 'ok' && read.kind !== 'not-found') return read;
    const image = (read.kind === 'ok' ? imageIn(read.value) : undefined) ?? fallback;
    kept = { image, untilMs: steadyMs() + KEPT_MS };
    return { kind: 'ok', value: image };
  };
}

function imageIn(object: unknown): string | undefined {
  return readWith(templateSchema, object)?.template.spec.containers.find(({ name }) => name === CONTAINER)?.image;
}
