import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { PutOutcome } from '../../../../tracer/report/control-plane.ts';
import { createCourier } from '../../../../tracer/report/courier.ts';
import { FakeClock, settle } from '../../../fake-clock.ts';

interface Put {
  readonly number: number;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly answer: (outcome: PutOutcome) => void;
}

function setUp() {
  const puts: Put[] = [];
  const failures: unknown[] = [];
  const clock = new FakeClock();
  const ending = new AbortController();
  let changes = 0;
  const courier = createCourier({
    controlPlane: {
      putReport: (number, bytes, signal) =>
        new Promise((resolve, reject) => {
          puts.push({ number, text: bytes.toString(), signal, answer: resolve });
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    },
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
    onChange: () => (changes += 1),
    onFailure: (error) => failures.push(error),
    signal: ending.signal,
  });
  const stored: string[] = [];
  const submit = (text: string): void => {
    courier.submit(
      (number) => Buffer.from(`${text} ${number}`),
      () => stored.push(`${text}, ${courier.state()}`),
    );
  };
  const last = (): Put => {
    const put = puts.at(-1);
    assert.ok(put !== undefined);
    return put;
  };
  return { courier, submit, stored, puts, last, clock, ending, failures, changes: () => changes };
}

const notNow = { kind: 'not-now', message: 'away', retryAfterMs: 0 } as const;

describe('the courier', () => {
  it('sends the same bytes under the same number until they are acknowledged', async () => {
    const { courier, submit, puts, last, clock } = setUp();
    submit('first');
    for (let tries = 0; tries < 3; tries += 1) {
      last().answer(notNow);
      await clock.advance(20_000);
    }
    last().answer({ kind: 'acknowledged' });
    await settle();
    assert.equal(courier.state(), 'idle');
    assert.deepEqual(new Set(puts.map(({ number, text }) => `${number}: ${text}`)), new Set(['1: first 1']));
    assert.equal(puts.length, 4);
  });

  it('drops a report for a newer one at once, under a new number', async () => {
    const { submit, puts, last } = setUp();
    submit('older');
    await settle();
    submit('newer');
    await settle();
    assert.ok(puts[0]?.signal.aborted);
    assert.deepEqual([last().number, last().text], [2, 'newer 2']);
  });

  it('does not let the answer to an older report end a newer one', async () => {
    const { courier, submit, puts } = setUp();
    submit('older');
    submit('newer');
    puts[0]?.answer({ kind: 'acknowledged' });
    await settle();
    assert.equal(courier.state(), 'busy');
  });

  it('does not let an answer end a report that is submitted while the answer is taken in', async () => {
    for (let turns = 0; turns < 6; turns += 1) {
      const { courier, submit, puts } = setUp();
      submit('older');
      puts[0]?.answer({ kind: 'acknowledged' });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      submit('newer');
      await settle();
      assert.equal(courier.state(), 'busy', `submitted ${turns} turns after the answer`);
    }
  });

  it('goes on behind numbers that are taken', async () => {
    const { courier, submit, last } = setUp();
    submit('report');
    last().answer({ kind: 'taken', newest: 7 });
    await settle();
    assert.deepEqual([last().number, last().text], [8, 'report 8']);
    last().answer({ kind: 'acknowledged' });
    await settle();
    submit('next');
    assert.equal(last().number, 9);
    assert.equal(courier.state(), 'busy');
  });

  it('does not run after numbers that are taken again and again', async () => {
    const { submit, puts, clock, ending } = setUp();
    submit('report');
    for (let seconds = 0; seconds < 60; seconds += 1) {
      for (let answered = 0; answered < puts.length; answered += 1)
        puts[answered]?.answer({ kind: 'taken', newest: 7 });
      await clock.advance(1_000);
    }
    assert.ok(puts.length > 3 && puts.length < 20, String(puts.length));
    ending.abort();
  });

  it('tells whose report it was that is stored, before anyone sees it idle, and of no other', async () => {
    const { submit, stored, puts } = setUp();
    submit('older');
    submit('newer');
    puts[0]?.answer({ kind: 'acknowledged' });
    await settle();
    assert.deepEqual(stored, []);
    puts[1]?.answer({ kind: 'acknowledged' });
    await settle();
    assert.deepEqual(stored, ['newer, busy']);
    submit('broken');
    puts[2]?.answer({ kind: 'rejected', message: '413' });
    await settle();
    assert.deepEqual(stored, ['newer, busy']);
  });

  it('brings nothing more once the trace is finished', async () => {
    const { courier, submit, puts, last } = setUp();
    submit('report');
    last().answer({ kind: 'finished' });
    await settle();
    submit('another');
    assert.equal(courier.state(), 'finished');
    assert.equal(puts.length, 1);
  });

  it('gives up what is rejected, and takes the next one', async () => {
    const { courier, submit, last, changes } = setUp();
    submit('broken');
    last().answer({ kind: 'rejected', message: '400' });
    await settle();
    assert.equal(courier.state(), 'rejected');
    assert.equal(changes(), 2);
    submit('better');
    last().answer({ kind: 'acknowledged' });
    await settle();
    assert.equal(courier.state(), 'idle');
  });

  it('ends quietly with the tracer, and loudly for a defect', async () => {
    const quiet = setUp();
    quiet.submit('report');
    quiet.ending.abort();
    await settle();
    assert.deepEqual(quiet.failures, []);
    const loud = setUp();
    loud.courier.submit(() => {
      throw new Error('a defect');
    });
    await settle();
    assert.equal(loud.failures.length, 1);
  });
});
