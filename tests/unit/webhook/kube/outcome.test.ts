import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ApiException, attempt, describeFailure, failureOfStatus } from '../../../../webhook/kube/outcome.ts';

const status = (reason: string, message = ''): string => JSON.stringify({ kind: 'Status', reason, message });
/** As the API server words it, whatever the failed operation was. */
const FAILED_TEST = 'the server rejected our request due to an error in our request';

describe("the API server's answers in words of ours", () => {
  const rows: [title: string, code: number, body: string, kind: string][] = [
    ['what is not there', 404, status('NotFound'), 'not-found'],
    ['what is there already', 409, status('AlreadyExists'), 'already-exists'],
    ['a change since the read', 409, status('Conflict'), 'conflict'],
    ['a failed test of a JSON patch', 422, status('Invalid', FAILED_TEST), 'conflict'],
    ['an invalid object', 422, status('Invalid', 'Pod "x" is invalid: spec'), 'refused'],
    ['a missing right', 403, status('Forbidden'), 'refused'],
    ['too many requests', 429, status('TooManyRequests'), 'try-later'],
    ['a broken server', 503, '<html>', 'try-later'],
    ['a token that has just been renewed', 401, status('Unauthorized'), 'try-later'],
  ];
  for (const [title, code, body, kind] of rows) {
    it(`${title}: ${kind}`, () => {
      equal(failureOfStatus(code, body).kind, kind);
    });
  }

  it('waits as long as it is asked to, half a minute at most', () => {
    const wait = (value: string): number => {
      const failure = failureOfStatus(429, '', { 'Retry-After': value });
      return failure.kind === 'try-later' ? failure.afterMs : -1;
    };
    deepEqual(['3', '0', '3600', 'soon'].map(wait), [3000, 0, 30_000, 1000]);
  });

  it('gives what a request answers', async () => {
    deepEqual(await attempt(() => Promise.resolve(7)), { kind: 'ok', value: 7 });
  });

  it('takes an answer of the typed client, a cut connection and an abort for what they are', async () => {
    const refused = await attempt(() => Promise.reject(new ApiException(403, '', { message: 'no' }, {})));
    deepEqual(refused, { kind: 'refused', status: 403, message: 'no' });
    const cut = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    equal((await attempt(() => Promise.reject(cut))).kind, 'try-later');
    equal((await attempt(() => Promise.reject(new DOMException('late', 'TimeoutError')))).kind, 'try-later');
  });

  it('throws on what is a defect of ours', async () => {
    await rejects(
      attempt(() => Promise.reject(new RangeError('ours'))),
      RangeError,
    );
    await rejects(
      attempt(() => Promise.reject(new TypeError('x is not a function'))),
      TypeError,
    );
  });

  it('says in one line what happened', () => {
    equal(describeFailure({ kind: 'refused', status: 403, message: 'no' }), 'refused (403): no');
    equal(describeFailure({ kind: 'conflict' }), 'conflict');
  });
});
