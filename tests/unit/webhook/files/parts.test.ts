import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVES } from '../../../../certs/certificate-state.ts';
import { issueState } from '../../../../certs/issue-state.ts';
import { announceStore } from '../../../../webhook/files/announce-store.ts';
import { certificateFile } from '../../../../webhook/files/certificate-file.ts';
import { filesEnvironmentSchema, parseFilesConfiguration } from '../../../../webhook/files/configuration.ts';
import { createFindTracer } from '../../../../webhook/files/find-tracer.ts';
import { identifyForFiles } from '../../../../webhook/files/identify.ts';
import { isFileName, isFolder, isTraceUid } from '../../../../webhook/files/path-parts.ts';
import { ApiException, type Outcome } from '../../../../webhook/kube/outcome.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

describe("the store's configuration", () => {
  it('has a good value for everything', () => {
    const parsed = parseFilesConfiguration({});
    assert.equal(parsed.kind === 'valid' && parsed.configuration.limits.whenFull, 'refuse');
  });

  it('is refused with every mistake at once', () => {
    const parsed = parseFilesConfiguration({
      FLAK_FILES_ROOT: 'x',
      FLAK_FILES_WHEN_FULL: 'panic',
      FLAK_FILES_TRACE_BYTES: '1',
    });
    assert.equal(parsed.kind === 'invalid' ? parsed.mistakes.length : 0, 3);
  });

  it('has a row in docs/files.md for each variable, and the other way round', () => {
    const page = readFileSync(new URL('../../../../docs/files.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `((?:FLAK_)\w+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(rows.sort(), Object.keys(filesEnvironmentSchema.shape).sort());
  });
});

describe('who sends a request to the store', () => {
  const account = (name: string) => ({
    kind: 'authenticated' as const,
    user: `system:serviceaccount:flak-system:${name}`,
    pod: null,
  });

  it('is a reader, a tracer, or nobody', () => {
    assert.deepEqual(identifyForFiles(account('flak-files-reader')), { kind: 'reader' });
    assert.deepEqual(identifyForFiles(account('flak-tracer')), { kind: 'foreign' });
    const pod = { name: 'tracer-a', uid: 'u' };
    assert.deepEqual(identifyForFiles({ ...account('flak-tracer'), pod }), {
      kind: 'tracer',
      podName: 'tracer-a',
      podUid: 'u',
    });
    assert.deepEqual(identifyForFiles({ kind: 'unauthenticated' }), { kind: 'invalid' });
    assert.deepEqual(identifyForFiles({ ...account('flak-files-reader'), user: 'flak-files-reader' }), {
      kind: 'foreign',
    });
  });
});

describe("a tracer's pod as the store sees it", () => {
  const POD = {
    metadata: {
      uid: 'u',
      labels: { 'app.kubernetes.io/component': 'tracer', 'flak.dev/target-uid': 't' },
      annotations: { 'flak.dev/target-ns': 'shop', 'flak.dev/target-pod': 'web-0' },
    },
  };

  it('is asked for once a minute', async () => {
    let [asked, nowMs] = [0, 0];
    const find = createFindTracer(
      () => Promise.resolve((asked += 1) > 0 ? POD : null),
      () => nowMs,
    );
    const found = { kind: 'ok', value: { uid: 'u', targetUid: 't', targetNamespace: 'shop', targetPod: 'web-0' } };
    assert.deepEqual(await find('tracer-a', 'u'), found);
    assert.deepEqual(await find('tracer-a', 'u'), found);
    assert.equal(asked, 1);
    nowMs = 60_001;
    await find('tracer-a', 'u');
    assert.equal(asked, 2);
  });

  it('is asked for at once where another pod has its name', async () => {
    let uid = 'first';
    const answer = (): Promise<unknown> => Promise.resolve({ metadata: { ...POD.metadata, uid } });
    const find = createFindTracer(answer, () => 0);
    await find('tracer-a', 'first');
    uid = 'second';
    const found = await find('tracer-a', 'second');
    assert.ok(found.kind === 'ok' && found.value?.uid === 'second');
  });

  it('is none where the pod is another kind, or gone; and unknown while nobody answers', async () => {
    const find = (answer: () => Promise<unknown>) => createFindTracer(answer, () => 0)('p', 'u');
    const other = {
      metadata: { ...POD.metadata, labels: { 'flak.dev/target-uid': 't', 'app.kubernetes.io/component': 'webhook' } },
    };
    assert.deepEqual(await find(() => Promise.resolve(other)), { kind: 'ok', value: undefined });
    assert.deepEqual(await find(() => Promise.reject(new ApiException(404, '', '', {}))), {
      kind: 'ok',
      value: undefined,
    });
    assert.equal((await find(() => Promise.reject(new ApiException(503, '', '', {})))).kind, 'try-later');
  });
});

describe('the certificates on the claim', () => {
  it('are the same after a restart, and made anew where the file is none', async () => {
    using tree = new TemporaryTree();
    const path = join(tree.root, 'certificates/state.json');
    const store = certificateFile(path);
    assert.equal(await store.read(), undefined);
    const state = await issueState({ lives: DEFAULT_LIVES, names: ['flak-files.flak-system.svc'] }, Date.now());
    assert.equal(await store.create(state), 'created');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual((await certificateFile(path).read())?.state, state);
    writeFileSync(path, '{"ca.crt":');
    assert.equal((await store.read())?.state, undefined);
    assert.equal(await store.replace(state, 'any'), 'replaced');
    assert.deepEqual((await store.read())?.state, state);
  });
});

describe('telling where the store is', () => {
  const service = { spec: { clusterIP: '198.19.0.7', ports: [{ port: 443 }] } };
  const answering = (found: Outcome<unknown>, written: Outcome<unknown>) => {
    const patches: unknown[] = [];
    const readers = {
      services: { get: () => Promise.resolve({ kind: 'ok' as const, value: service }) },
      configMaps: {
        get: () => Promise.resolve(found),
        mergePatch: (_namespace: string | null, name: string, body: unknown) => {
          patches.push([name, body]);
          return Promise.resolve(written);
        },
      },
    };
    return { readers, patches };
  };
  const DATA = { 'ca.crt': 'PEM', address: '198.19.0.7', port: '443' };
  const OK = { kind: 'ok', value: {} } as const;

  it('writes what differs, and nothing else', async () => {
    const empty = answering(OK, OK);
    assert.equal(await announceStore(empty.readers, 'PEM'), 'changed');
    assert.deepEqual(empty.patches, [['flak-files-endpoint', { data: DATA }]]);
    const same = answering({ kind: 'ok', value: { data: DATA } }, OK);
    assert.equal(await announceStore(same.readers, 'PEM'), 'unchanged');
    assert.deepEqual(same.patches, []);
  });

  it('says what the API server refused', async () => {
    const missing = answering({ kind: 'not-found' }, OK);
    await assert.rejects(announceStore(missing.readers, 'PEM'), /flak-files-endpoint could not be read: not-found/);
    const refused = answering(OK, { kind: 'refused', status: 403, message: 'no' });
    await assert.rejects(announceStore(refused.readers, 'PEM'), /could not be written: refused \(403\): no/);
  });
});

describe('what becomes part of a path on the claim', () => {
  it('is a UUID, a name of a container and a name of a line file', () => {
    assert.equal(isTraceUid('11111111-2222-4333-8444-555555555555'), true);
    for (const text of ['', '..', '11111111-2222-4333-8444-55555555555/', '11111111-2222-4333-8444-555555555555\n'])
      assert.equal(isTraceUid(text), false);
    assert.equal(isFolder('web') && !isFolder('..') && !isFolder('a/b'), true);
    assert.equal(isFileName('trace_io_0.log') && isFileName('reference_timestamps.json'), true);
    assert.equal(isFileName('trace.json') || isFileName('../trace_io_0.log'), false);
  });
});
