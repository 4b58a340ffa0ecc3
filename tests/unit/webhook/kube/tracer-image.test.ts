import { deepEqual } from 'node:assert/strict';
import { createFindTracerImage } from '../../../../webhook/kube/tracer-image.ts';
import { FLAK_NAMESPACE, OBJECTS } from '../../../../webhook/names.ts';
import { createResourceInMemory } from './resource-in-memory.ts';

function template(...containers: readonly object[]): object {
  return { metadata: { name: OBJECTS.imagesTemplate }, template: { spec: { containers } } };
}

const GATE = { name: 'gate', image: 'gate:1' };

describe("the tracer's image", () => {
  let now: number;
  const scene = () => {
    const podTemplates = createResourceInMemory();
    const find = createFindTracerImage({ podTemplates, fallback: 'tracer:environment', steadyMs: () => now });
    return {
      find,
      podTemplates,
      put: (image: string) => {
        podTemplates.put(FLAK_NAMESPACE, template(GATE, { name: 'tracer', image }));
      },
    };
  };
  beforeEach(() => {
    now = 1000;
  });

  it('is what the PodTemplate says, whatever the environment of an older replica says', async () => {
    const { find, put } = scene();
    put('tracer:2');
    deepEqual(await find(), { kind: 'ok', value: 'tracer:2' });
  });

  it('is read again before a refused tracer is tried again', async () => {
    const { find, put } = scene();
    put('tracer:1');
    await find();
    put('tracer:2');
    now += 999;
    deepEqual(await find(), { kind: 'ok', value: 'tracer:1' });
    now += 1;
    deepEqual(await find(), { kind: 'ok', value: 'tracer:2' });
  });

  it("is the environment's where no PodTemplate names one", async () => {
    const { find, podTemplates } = scene();
    deepEqual(await find(), { kind: 'ok', value: 'tracer:environment' });
    now += 1000;
    podTemplates.put(FLAK_NAMESPACE, template(GATE));
    deepEqual(await find(), { kind: 'ok', value: 'tracer:environment' });
  });

  it('is not guessed while the API server does not answer', async () => {
    const { find, put, podTemplates } = scene();
    put('tracer:2');
    const silent = { kind: 'try-later', afterMs: 500, message: 'busy' } as const;
    podTemplates.failNext.push(silent);
    deepEqual(await find(), silent);
    deepEqual(await find(), { kind: 'ok', value: 'tracer:2' });
  });
});
