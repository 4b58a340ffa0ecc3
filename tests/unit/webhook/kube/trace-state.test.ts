import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { createTraceState, parseTraceState, traceStateName } from '../../../../webhook/kube/trace-state.ts';
import { report } from '../../../arbitraries.ts';

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string; readonly labels: object };
}

/** Keeps ConfigMaps as an API server does: a name once, and no change without the current version. */
function fakeConfigMaps() {
  const kept = new Map<string, ConfigMap>();
  let version = 0;
  const keep = (body: ConfigMap): Outcome<unknown> => {
    const stored = { ...body, metadata: { ...body.metadata, resourceVersion: String(++version) } };
    kept.set(body.metadata.name, stored);
    return { kind: 'ok', value: stored };
  };
  const found = (name: string): Outcome<unknown> => {
    const value = kept.get(name);
    return value === undefined ? { kind: 'not-found' } : { kind: 'ok', value };
  };
  return {
    kept,
    get: (_namespace: string | null, name: string) => Promise.resolve(found(name)),
    create: (_namespace: string | null, body: unknown) => {
      const configMap = body as ConfigMap;
      const exists = kept.has(configMap.metadata.name);
      return Promise.resolve(exists ? ({ kind: 'already-exists' } as const) : keep(configMap));
    },
    replace: (_namespace: string | null, name: string, body: unknown) => {
      const configMap = body as ConfigMap;
      const current = kept.get(name);
      if (current === undefined) return Promise.resolve({ kind: 'not-found' } as const);
      const same = current.metadata.resourceVersion === configMap.metadata.resourceVersion;
      return Promise.resolve(same ? keep(configMap) : ({ kind: 'conflict' } as const));
    },
  };
}

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const digests = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 999_999 }), digest), {
    selector: ([number]) => number,
    maxLength: 64,
  })
  .map((pairs) => new Map(pairs.sort(([a], [b]) => a - b)));

describe("a trace's state as a ConfigMap", () => {
  it('is read as it was written, digests in the order of their numbers', async () => {
    await fc.assert(
      fc.asyncProperty(report, digests, async (written, theirDigests) => {
        const configMaps = fakeConfigMaps();
        const state = createTraceState(configMaps);
        assert.equal((await state.create(written.podUid, { report: written, digests: theirDigests })).kind, 'ok');
        const read = await state.read(written.podUid);
        assert.ok(read.kind === 'ok');
        assert.deepEqual(read.value.report, written);
        assert.deepEqual([...read.value.digests], [...theirDigests]);
      }),
      { numRuns: 30 },
    );
  });

  const [sample] = fc.sample(report, { numRuns: 1, seed: 1 });
  assert.ok(sample !== undefined);
  const content = { report: sample, digests: new Map([[1, 'a'.repeat(64)]]) };

  it('is created once and replaced only by whoever has read the newest', async () => {
    const configMaps = fakeConfigMaps();
    const state = createTraceState(configMaps);
    assert.equal((await state.read(sample.podUid)).kind, 'not-found');
    await state.create(sample.podUid, content);
    assert.equal((await state.create(sample.podUid, content)).kind, 'already-exists');
    const read = await state.read(sample.podUid);
    assert.ok(read.kind === 'ok');
    assert.equal((await state.replace(sample.podUid, read.value)).kind, 'ok');
    assert.equal((await state.replace(sample.podUid, read.value)).kind, 'conflict');
  });

  it("carries the target's UID, by which the controller finds it", async () => {
    const configMaps = fakeConfigMaps();
    await createTraceState(configMaps).create(sample.podUid, content);
    const stored = configMaps.kept.get(traceStateName(sample.podUid));
    assert.deepEqual(stored?.metadata.labels, {
      'flak.dev/target-uid': sample.podUid,
      'app.kubernetes.io/component': 'trace-state',
      'app.kubernetes.io/part-of': 'flak',
    });
  });

  it('is refused when it was not written by Flak', () => {
    assert.throws(() => parseTraceState({ metadata: { resourceVersion: '1' }, data: {} }));
  });
});
