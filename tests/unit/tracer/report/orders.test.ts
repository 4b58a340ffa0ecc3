import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Order } from '../../../../profile/recording.ts';
import type { OrderOutcome, OrderQuestion } from '../../../../tracer/report/control-plane.ts';
import { askLastOrder, followOrders } from '../../../../tracer/report/orders.ts';
import { FakeClock } from '../../../fake-clock.ts';

const away: OrderOutcome = { kind: 'not-now', message: 'away', retryAfterMs: 0 };
const give = (order: Order, retryAfterMs = 0, seen = 's0'): OrderOutcome => ({
  kind: 'order',
  order,
  ready: seen === 's0' ? [] : ['a'.repeat(64)],
  seen,
  retryAfterMs,
});

/** A control plane that answers at once, the last answer for ever. */
function setUp(...answers: OrderOutcome[]) {
  const questions: OrderQuestion[] = [];
  const clock = new FakeClock();
  const ending = new AbortController();
  const askOrder = (question: OrderQuestion): Promise<OrderOutcome> => {
    questions.push(question);
    return Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? away);
  };
  const log = pino({ level: 'silent' });
  return {
    deps: { controlPlane: { askOrder }, clock, random: () => 0, log, signal: ending.signal },
    questions,
    clock,
    ending,
  };
}

describe('following orders', () => {
  it('tells of each order once, and asks for what differs from it', async () => {
    const { deps, questions, clock, ending } = setUp(give('record'), give('record'), give('flush'));
    const heard: Order[] = [];
    const following = followOrders(deps, ({ order }) => heard.push(order));
    await clock.advance(10_000);
    ending.abort();
    await following;
    assert.deepEqual(heard, ['record', 'flush']);
    assert.deepEqual(
      questions.slice(0, 4).map(({ known }) => known),
      [null, 'record', 'record', 'flush'],
    );
  });

  it('tells of containers that have become ready, though the order stays', async () => {
    const { deps, questions, clock, ending } = setUp(give('record'), give('record', 0, 's1'), give('record', 0, 's1'));
    const heard: number[] = [];
    const following = followOrders(deps, ({ ready }) => heard.push(ready.length));
    await clock.advance(5_000);
    ending.abort();
    await following;
    assert.deepEqual(heard, [0, 1]);
    assert.deepEqual(
      questions.slice(0, 4).map(({ seen }) => seen),
      [undefined, 's0', 's1', 's1'],
    );
  });

  it('asks no more than once a second however fast the answers come, and pauses when asked to', async () => {
    const busy = setUp(give('record'));
    void followOrders(busy.deps, () => undefined);
    await busy.clock.advance(10_000);
    assert.ok(busy.questions.length <= 11, String(busy.questions.length));
    busy.ending.abort();
    let flips = 0;
    const flipping = setUp(give('record'));
    const askOrder = () => {
      flips += 1;
      return Promise.resolve(give('record', 0, `s${flips % 2}`));
    };
    void followOrders({ ...flipping.deps, controlPlane: { askOrder } }, () => undefined);
    await flipping.clock.advance(10_000);
    assert.ok(flips <= 11, String(flips));
    flipping.ending.abort();
    const full = setUp(give('record', 5_000));
    void followOrders(full.deps, () => undefined);
    await full.clock.advance(10_000);
    assert.ok(full.questions.length <= 3, String(full.questions.length));
    full.ending.abort();
  });

  it('goes on through an outage, ever less often', async () => {
    const { deps, questions, clock, ending } = setUp(away);
    const following = followOrders(deps, () => assert.fail('there was no order'));
    await clock.advance(600_000);
    assert.ok(questions.length > 60 && questions.length < 130, String(questions.length));
    ending.abort();
    await following;
  });

  it('fails for what should never happen', async () => {
    const { deps } = setUp();
    const broken = { askOrder: () => Promise.reject(new Error('a defect')) };
    await assert.rejects(
      followOrders({ ...deps, controlPlane: broken }, () => undefined),
      /a defect/,
    );
  });
});

describe('asking for the last order', () => {
  it('is repeated until it is answered, without waiting for a change', async () => {
    const { deps, questions, clock } = setUp(away, away, give('hand-over'));
    const answer = askLastOrder(deps);
    await clock.advance(10_000);
    assert.equal(await answer, 'hand-over');
    assert.deepEqual(questions, Array(3).fill({ known: null, seen: undefined, waitSeconds: 0, last: true }));
  });

  it('ends with the tracer', async () => {
    const { deps, clock, ending } = setUp(away);
    const answer = askLastOrder(deps);
    await clock.advance(1_000);
    ending.abort();
    assert.equal(await answer, undefined);
  });
});
