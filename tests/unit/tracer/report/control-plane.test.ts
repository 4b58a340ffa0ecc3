import assert from 'node:assert/strict';
import { createControlPlane } from '../../../../tracer/report/control-plane.ts';
import type { Answer, Call } from '../../../../tracer/report/exchange.ts';
import { backoffMs } from '../../../../tracer/report/backoff.ts';

const signal = new AbortController().signal;

function answering(answer: Partial<Answer> | Error) {
  const calls: Call[] = [];
  const controlPlane = createControlPlane((call) => {
    calls.push(call);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ status: 200, retryAfterMs: null, body: undefined, ...answer });
  }, 'uid');
  return { calls, controlPlane };
}

describe("the control plane's answer to a report", () => {
  const table: readonly [string, Partial<Answer> | Error, string][] = [
    ['200', { status: 200 }, 'acknowledged'],
    ['409 with the newest number', { status: 409, body: { newest: 4 } }, 'taken'],
    ['409 of somebody else', { status: 409, body: 'conflict' }, 'not-now'],
    ['410', { status: 410 }, 'finished'],
    ['400', { status: 400 }, 'rejected'],
    ['413', { status: 413 }, 'rejected'],
    ['415', { status: 415 }, 'rejected'],
    ['401', { status: 401 }, 'not-now'],
    ['403', { status: 403 }, 'not-now'],
    ['404 of a proxy in between', { status: 404 }, 'not-now'],
    ['500', { status: 500 }, 'not-now'],
    ['503', { status: 503 }, 'not-now'],
    ['a refused connection', new Error('ECONNREFUSED'), 'not-now'],
  ];
  for (const [what, answer, kind] of table) {
    it(`is taken for ${kind}: ${what}`, async () => {
      assert.equal((await answering(answer).controlPlane.putReport(1, Buffer.alloc(0), signal)).kind, kind);
    });
  }

  it('makes a tracer that is not known yet wait a second, and one that is told how long as long', async () => {
    const wait = async (answer: Partial<Answer>) => {
      const outcome = await answering(answer).controlPlane.putReport(1, Buffer.alloc(0), signal);
      return outcome.kind === 'not-now' ? outcome.retryAfterMs : undefined;
    };
    assert.equal(await wait({ status: 403 }), 1000);
    assert.equal(await wait({ status: 503, retryAfterMs: 7000 }), 7000);
    assert.equal(await wait({ status: 500 }), 0);
  });
});

describe("the control plane's order", () => {
  it('is asked for with what is known, for as long as the wait and a bit', async () => {
    const ready = ['a'.repeat(64)];
    const { calls, controlPlane } = answering({ body: { order: 'flush', ready, seen: 's2' } });
    const outcome = await controlPlane.askOrder({ known: 'record', seen: 's1', waitSeconds: 20, last: false }, signal);
    assert.deepEqual(outcome, { kind: 'order', order: 'flush', ready, seen: 's2', retryAfterMs: 0 });
    assert.equal(calls[0]?.path, '/v1/traces/uid/orders?waitSeconds=20&last=false&known=record&seen=s1');
    assert.equal(calls[0].timeoutMs, 25_000);
  });

  it('is heard though who is ready is not said, as by an older replica, or makes no sense', async () => {
    const tooMany = Array.from({ length: 513 }, () => 'a'.repeat(64));
    for (const body of [
      {},
      { ready: ['../x'] },
      { ready: 'all' },
      { ready: tooMany },
      { ready: [], seen: 'x'.repeat(65) },
    ]) {
      const { controlPlane } = answering({ body: { order: 'flush', ...body } });
      const question = { known: null, seen: undefined, waitSeconds: 0, last: false };
      const outcome = await controlPlane.askOrder(question, signal);
      assert.ok(outcome.kind === 'order');
      assert.deepEqual([outcome.order, outcome.ready, outcome.seen], ['flush', [], undefined]);
    }
  });

  for (const [what, answer] of [
    ['an order that does not exist', { body: { order: 'dance' } }],
    ['no JSON', { body: undefined }],
    ['an error with an order in it', { status: 503, body: { order: 'leave' } }],
  ] as const) {
    it(`is none when the answer is ${what}`, async () => {
      const { controlPlane } = answering(answer);
      const outcome = await controlPlane.askOrder({ known: null, seen: undefined, waitSeconds: 0, last: true }, signal);
      assert.equal(outcome.kind, 'not-now');
    });
  }
});

describe('the pause before asking again', () => {
  it('grows, is half random, obeys the server, and never exceeds its bounds', () => {
    const first = [1, 2, 3, 4].map((failures) => backoffMs(failures, 0));
    assert.deepEqual(first, [100, 200, 400, 800]);
    assert.ok(backoffMs(3, 0.999) > 790);
    assert.equal(backoffMs(1000, 1), 10_000);
    assert.equal(backoffMs(1, 0, 7000), 7000);
    assert.equal(backoffMs(1, 0, 10 ** 9), 60_000);
  });
});
