import assert from 'node:assert/strict';
import type { Operation } from '../../../../webhook/admission/patch.ts';
import { podSchema } from '../../../../webhook/admission/pod.ts';
import { REVIEW_LIMIT_BYTES } from '../../../../webhook/admission/server.ts';
import { applied, gateOf, requestingPod } from './admission-fixtures.ts';
import { REVIEW_HEADERS, reviewOf, serveAdmission, type ReviewAnswer } from './review-server.ts';

type Served = Awaited<ReturnType<typeof serveAdmission>>;

describe('POST /mutate', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serveAdmission();
  });
  afterEach(() => {
    served.close();
  });

  async function ask(review: unknown): Promise<ReviewAnswer['response']> {
    const response = await served.post(JSON.stringify(review));
    assert.equal(response.status, 200);
    const answer = (await response.json()) as ReviewAnswer;
    assert.deepEqual([answer.apiVersion, answer.kind], ['admission.k8s.io/v1', 'AdmissionReview']);
    assert.equal(answer.response.uid, '705ab4f5-6393-11e8-b7cc-42010a800002');
    assert.equal(answer.response.allowed, true);
    return answer.response;
  }

  const patched = (manifest: unknown, { patch = '' }: ReviewAnswer['response']): unknown =>
    applied(manifest, JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[]);

  async function assertLives(): Promise<void> {
    assert.equal((await ask(reviewOf(requestingPod()))).patchType, 'JSONPatch');
  }

  it('answers with a patch that puts the gate in', async () => {
    const manifest = requestingPod();
    const response = await ask(reviewOf(manifest));
    assert.equal(response.patchType, 'JSONPatch');
    assert.deepEqual(response.auditAnnotations, { decision: 'trace' });
    gateOf(podSchema.parse(patched(manifest, response)));
  });

  it('answers its own patched pod with no patch at all: the trace-id is ours', async () => {
    const manifest = requestingPod({}, { name: undefined, generateName: 'web-' });
    const again = await ask(reviewOf(patched(manifest, await ask(reviewOf(manifest)))));
    assert.deepEqual([again.patch, again.auditAnnotations?.['reason']], [undefined, 'already-traced']);
  });

  it('does not take the trace-id of another namespace for its own', async () => {
    const manifest = requestingPod();
    const copy = patched(manifest, await ask(reviewOf(manifest)));
    assert.equal((await ask(reviewOf(copy, { namespace: 'bank' }))).auditAnnotations?.['decision'], 'trace');
  });

  it('says the same to a dry run', async () => {
    const manifest = requestingPod();
    gateOf(podSchema.parse(patched(manifest, await ask(reviewOf(manifest, { dryRun: true })))));
  });

  it('shows warnings to whoever creates the pod', async () => {
    const annotations = { 'flak.dev/gate-timeout-seconds': 'soon' };
    assert.equal((await ask(reviewOf(requestingPod({}, { annotations })))).warnings?.length, 1);
  });

  const others: Record<string, object> = {
    'an update': { operation: 'UPDATE' },
    'an ephemeral container': { operation: 'UPDATE', subResource: 'ephemeralcontainers' },
    'a binding': { subResource: 'binding' },
    'a Deployment': { resource: { group: 'apps', version: 'v1', resource: 'deployments' } },
    'the deletion of a pod': { operation: 'DELETE', object: null },
  };
  for (const [what, request] of Object.entries(others)) {
    it(`lets ${what} pass untouched`, async () => {
      const { patch, auditAnnotations } = await ask(reviewOf(requestingPod(), request));
      assert.deepEqual([patch, auditAnnotations?.['reason']], [undefined, 'not-a-pod-creation']);
    });
  }

  for (const object of [undefined, null, 'pod', {}, { metadata: {}, spec: { containers: [] } }]) {
    it(`lets a creation pass whose object is ${JSON.stringify(object)}`, async () => {
      const { patch, auditAnnotations } = await ask(reviewOf(object));
      assert.deepEqual([patch, auditAnnotations?.['reason']], [undefined, 'malformed']);
    });
  }

  const notReviews: [what: string, body: unknown][] = [
    ['another apiVersion', { ...reviewOf({}), apiVersion: 'admission.k8s.io/v1beta1' }],
    ['another kind', { ...reviewOf({}), kind: 'Pod' }],
    ['no request', { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }],
    ['no uid', reviewOf({}, { uid: undefined })],
    ['an empty uid', reviewOf({}, { uid: '' })],
    ['null', null],
    ['a list', []],
  ];
  for (const [what, body] of notReviews) {
    it(`answers 400 to ${what}, which no review could answer, and lives on`, async () => {
      const response = await served.post(JSON.stringify(body));
      assert.equal(response.status, 400);
      assert.match(await response.text(), /^not an AdmissionReview of admission.k8s.io\/v1/);
      assert.deepEqual(await counted('not-a-review'), ['refused', 1]);
      await assertLives();
    });
  }

  async function counted(reason: string): Promise<unknown[]> {
    const sample = (await served.reviews()).find(({ labels }) => labels['reason'] === reason);
    return [sample?.labels['decision'], sample?.value];
  }

  const refused: [what: string, status: number, reason: string, init: RequestInit][] = [
    ['what is not JSON', 400, 'not-json', { body: '{"kind":', headers: REVIEW_HEADERS }],
    ['no body', 400, 'not-a-review', { headers: REVIEW_HEADERS }],
    ['YAML', 415, 'unsupported-media-type', { body: 'kind: x', headers: { 'Content-Type': 'application/yaml' } }],
    [
      'a compressed body',
      415,
      'unsupported-media-type',
      { body: '{}', headers: { ...REVIEW_HEADERS, 'Content-Encoding': 'gzip' } },
    ],
    ['a body over 8 MiB', 413, 'too-large', { body: ' '.repeat(REVIEW_LIMIT_BYTES + 1), headers: REVIEW_HEADERS }],
    ['GET', 405, 'method-not-allowed', { method: 'GET' }],
    ['PUT', 405, 'method-not-allowed', { method: 'PUT', body: '{}', headers: REVIEW_HEADERS }],
  ];
  for (const [what, status, reason, init] of refused) {
    it(`answers ${status} to ${what}, counts it, and lives on`, async () => {
      const response = await fetch(served.url, { method: 'POST', ...init });
      assert.equal(response.status, status);
      assert.deepEqual(await counted(reason), ['refused', 1]);
      if (status === 405) assert.equal(response.headers.get('Allow'), 'POST');
      await assertLives();
    });
  }

  it('takes a review of several MiB', async () => {
    const annotations = { big: 'x'.repeat(REVIEW_LIMIT_BYTES - 4096) };
    assert.equal((await ask(reviewOf(requestingPod({}, { annotations })))).patchType, 'JSONPatch');
  });

  it('counts and logs each review under one decision and one reason', async () => {
    await ask(reviewOf(requestingPod()));
    await ask(reviewOf(requestingPod({}, { labels: {} })));
    assert.deepEqual(
      [await counted('gate-added'), await counted('not-requested')],
      [
        ['trace', 1],
        ['skip', 1],
      ],
    );
    assert.deepEqual(
      served.logged.map(({ msg, decision, reason }) => [msg, decision, reason]),
      [
        ['reviewed a pod', 'trace', 'gate-added'],
        ['reviewed a pod', 'skip', 'not-requested'],
      ],
    );
  });
});

describe('POST /mutate, where a cache fails', () => {
  it('answers 500, which failurePolicy Ignore lets pass, and lives on', async () => {
    let failing = true;
    const served = await serveAdmission({
      cluster: {
        namespace: () => (failing ? Promise.reject(new Error('cache is gone')) : { labels: {}, terminating: false }),
        runtimeClass: () => undefined,
        podFailurePolicy: () => false,
      },
    });
    try {
      const first = await served.post(JSON.stringify(reviewOf(requestingPod())));
      assert.deepEqual([first.status, await first.text()], [500, 'The review failed; the log says why']);
      failing = false;
      assert.equal((await served.post(JSON.stringify(reviewOf(requestingPod())))).status, 200);
      assert.ok(JSON.stringify(served.logged).includes('cache is gone'));
    } finally {
      served.close();
    }
  });
});
