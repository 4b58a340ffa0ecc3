import assert from 'node:assert/strict';
import { createAuthenticator, type TokenVerdict } from '../../../../webhook/store/authenticate.ts';

const tracerUser = 'system:serviceaccount:flak-system:flak-tracer';
const genuine: TokenVerdict = { kind: 'authenticated', user: tracerUser, pod: { name: 'tracer-a', uid: 'uid-a' } };

/** An API server that gives `verdict` and counts how often it was asked. */
function reviewer(verdict: (token: string) => TokenVerdict | Promise<TokenVerdict>) {
  const asked: string[] = [];
  return {
    asked,
    reviewToken: async (token: string) => {
      asked.push(token);
      return verdict(token);
    },
  };
}

describe('authenticating a tracer', () => {
  const table: readonly [string, TokenVerdict, string][] = [
    ['the tracer', genuine, 'tracer'],
    ['another service account', { ...genuine, user: 'system:serviceaccount:default:flak-tracer' }, 'foreign'],
    [
      "the control plane's own account",
      { ...genuine, user: 'system:serviceaccount:flak-system:flak-webhook' },
      'foreign',
    ],
    ['a token that no pod was given', { ...genuine, pod: null }, 'foreign'],
    ['a token that is not valid', { kind: 'unauthenticated' }, 'invalid'],
    ['an API server that can not answer', { kind: 'try-later' }, 'try-later'],
  ];
  for (const [title, verdict, kind] of table) {
    it(`takes ${title} for: ${kind}`, async () => {
      const authenticate = createAuthenticator({ ...reviewer(() => verdict), nowMs: () => 0 });
      assert.equal((await authenticate('t')).kind, kind);
    });
  }

  it('asks once per token and minute', async () => {
    let now = 0;
    const api = reviewer(() => genuine);
    const authenticate = createAuthenticator({ ...api, nowMs: () => now });
    await authenticate('t');
    now = 59_999;
    await authenticate('t');
    assert.equal(api.asked.length, 1);
    now = 60_000;
    await authenticate('t');
    assert.equal(api.asked.length, 2);
  });

  it('asks again for a refused token after a second: the API server may only have failed to look up its pod', async () => {
    let now = 0;
    const verdicts: TokenVerdict[] = [{ kind: 'unauthenticated' }];
    const api = reviewer(() => verdicts.shift() ?? genuine);
    const authenticate = createAuthenticator({ ...api, nowMs: () => now });
    assert.equal((await authenticate('t')).kind, 'invalid');
    now = 999;
    assert.equal((await authenticate('t')).kind, 'invalid');
    now = 1000;
    assert.equal((await authenticate('t')).kind, 'tracer');
    assert.equal(api.asked.length, 2);
  });

  it('asks once for requests that arrive during the review', async () => {
    const answer = Promise.withResolvers<TokenVerdict>();
    const api = reviewer(() => answer.promise);
    const authenticate = createAuthenticator({ ...api, nowMs: () => 0 });
    const both = Promise.all([authenticate('t'), authenticate('t')]);
    answer.resolve(genuine);
    assert.deepEqual(
      (await both).map(({ kind }) => kind),
      ['tracer', 'tracer'],
    );
    assert.equal(api.asked.length, 1);
  });

  it('does not remember that the API server could not answer, nor that asking failed', async () => {
    const verdicts: (() => TokenVerdict)[] = [
      () => ({ kind: 'try-later' }),
      () => {
        throw new Error('refused');
      },
      () => genuine,
    ];
    const api = reviewer(() => verdicts.shift()?.() ?? genuine);
    const authenticate = createAuthenticator({ ...api, nowMs: () => 0 });
    assert.equal((await authenticate('t')).kind, 'try-later');
    await assert.rejects(authenticate('t'), /Reviewing a token failed/);
    assert.equal((await authenticate('t')).kind, 'tracer');
  });

  it('forgets the oldest token when full', async () => {
    const api = reviewer(() => genuine);
    const cache = { ttlMs: 60_000, maxTokens: 2, maxReviews: 32 };
    const authenticate = createAuthenticator({ ...api, nowMs: () => 0, cache });
    for (const token of ['1', '2', '3', '3', '2', '1']) await authenticate(token);
    assert.deepEqual(api.asked, ['1', '2', '3', '1']);
  });

  it('keeps a flood of made-up tokens off the API server', async () => {
    const answer = Promise.withResolvers<TokenVerdict>();
    const api = reviewer(() => answer.promise);
    const cache = { ttlMs: 60_000, maxTokens: 100, maxReviews: 3 };
    const authenticate = createAuthenticator({ ...api, nowMs: () => 0, cache });
    const all = Array.from({ length: 10 }, (_, at) => authenticate(`made-up ${at}`));
    answer.resolve({ kind: 'unauthenticated' });
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    assert.equal(api.asked.length, 3);
    assert.equal(kinds.filter((kind) => kind === 'try-later').length, 7);
  });
});
