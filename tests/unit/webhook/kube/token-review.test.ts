import assert from 'node:assert/strict';
import { ApiException } from '@kubernetes/client-node';
import type { KubeCall } from '../../../../webhook/kube/request.ts';
import { createTokenReview } from '../../../../webhook/kube/token-review.ts';

const user = {
  username: 'system:serviceaccount:flak-system:flak-tracer',
  uid: 'account',
  extra: {
    'authentication.kubernetes.io/pod-name': ['tracer-a'],
    'authentication.kubernetes.io/pod-uid': ['uid-a'],
    'authentication.kubernetes.io/node-name': ['node-1'],
  },
};

function reviewing(status: object) {
  const calls: KubeCall[] = [];
  const review = createTokenReview((call) => {
    calls.push(call);
    return Promise.resolve({ kind: 'TokenReview', status });
  });
  return { calls, review };
}

describe("the API server's review of a token", () => {
  it('is asked for our audience and tells user and pod', async () => {
    const { calls, review } = reviewing({ authenticated: true, audiences: ['flak'], user });
    assert.deepEqual(await review('secret'), {
      kind: 'authenticated',
      user: user.username,
      pod: { name: 'tracer-a', uid: 'uid-a' },
    });
    assert.equal(calls[0]?.path, '/apis/authentication.k8s.io/v1/tokenreviews');
    assert.deepEqual((calls[0].body as { spec: object }).spec, { token: 'secret', audiences: ['flak'] });
  });

  it('tells no pod of a token that is bound to none', async () => {
    const { review } = reviewing({ authenticated: true, audiences: ['flak'], user: { ...user, extra: {} } });
    assert.deepEqual(await review('t'), { kind: 'authenticated', user: user.username, pod: null });
  });

  for (const [what, status] of [
    ['is not valid', { authenticated: false, error: 'token expired' }],
    ['is silent about the audience', { authenticated: true, user }],
    ['is meant for others', { authenticated: true, audiences: ['vault'], user }],
    ['is not even looked at', {}],
  ] as const) {
    it(`takes a token for invalid that ${what}`, async () => {
      assert.deepEqual(await reviewing(status).review('t'), { kind: 'unauthenticated' });
    });
  }

  it('is tried again later while the API server can not, and a failure where it will not', async () => {
    const failing = (code: number) => createTokenReview(() => Promise.reject(new ApiException(code, '', '{}', {})));
    assert.deepEqual(await failing(503)('t'), { kind: 'try-later' });
    await assert.rejects(failing(403)('t'), /TokenReview: refused \(403\)/);
  });
});
