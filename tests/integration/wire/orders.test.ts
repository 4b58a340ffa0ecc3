import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_READY } from '../../../profile/recording.ts';
import { DELETING, RUNNING } from './trace-server.ts';
import { createWire, UID, type Wire } from './wire.ts';

const APP = 'a'.repeat(64);
const SIDECAR = 'b'.repeat(64);

/** The order in an answer; what came instead of one fails the test. */
async function orderIn(asked: ReturnType<Wire['ask']>) {
  const outcome = await asked;
  assert.ok(outcome.kind === 'order', JSON.stringify(outcome));
  return outcome;
}

describe('orders on the wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  it('come as soon as the target changes, and without waiting when they are news', async () => {
    assert.equal((await orderIn(wire.ask(null, 5))).order, 'record');
    const waiting = wire.ask('record', 5);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    wire.server.pods.set(UID, DELETING);
    assert.equal((await orderIn(waiting)).order, 'flush');
    assert.equal(wire.server.pods.listeners.size, 0);
  });

  it('come with the containers that are ready, and at once when those become others', async () => {
    const first = await orderIn(wire.ask(null, 5));
    assert.deepEqual(first.ready, []);
    const waiting = wire.ask('record', 5, false, first.seen);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    wire.server.pods.set(UID, { ...RUNNING, ready: [SIDECAR, APP] });
    const second = await orderIn(waiting);
    assert.deepEqual([second.order, second.ready], ['record', [APP, SIDECAR]]);
    assert.notEqual(second.seen, first.seen);
    wire.server.pods.set(UID, { ...RUNNING, ready: [APP, SIDECAR] });
    assert.equal((await orderIn(wire.ask('record', 1, false, second.seen))).seen, second.seen);
    assert.equal(wire.server.results.length, 3);
  });

  it('wait for no readiness where the tracer is of a version that never asks for it', async () => {
    const waiting = wire.ask('record', 1);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    wire.server.pods.set(UID, { ...RUNNING, ready: [APP] });
    assert.equal(wire.server.pods.listeners.size, 1);
    assert.equal((await orderIn(waiting)).order, 'record');
  });

  it('name no more ready containers than the tracer takes', async () => {
    const many = Array.from({ length: MAX_READY + 1 }, (_, index) => index.toString(16).padStart(64, '0'));
    wire.server.pods.set(UID, { ...RUNNING, ready: many });
    assert.equal((await orderIn(wire.ask(null, 0))).ready.length, MAX_READY);
  });

  it('stay the same when nothing changed until the wait ended', async () => {
    assert.equal((await orderIn(wire.ask('record', 1))).order, 'record');
  });

  it('are hand-over for the last question about a target that lives on', async () => {
    assert.equal((await orderIn(wire.ask(null, 0, true))).order, 'hand-over');
  });

  it('beyond the bound of waiting tracers come at once, with a pause to make', async () => {
    const waiting = wire.ask('record', 5);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    const { order, retryAfterMs } = await orderIn(wire.ask('record', 5));
    assert.deepEqual([order, retryAfterMs], ['record', 7000]);
    wire.server.pods.set(UID, undefined);
    assert.equal((await waiting).kind, 'order');
  });

  it('leave no listener behind when the tracer hangs up', async () => {
    const hangUp = new AbortController();
    const waiting = wire.controlPlane.askOrder(
      { known: 'record', seen: undefined, waitSeconds: 5, last: false },
      hangUp.signal,
    );
    while (wire.server.pods.listeners.size === 0) await delay(5);
    hangUp.abort();
    await assert.rejects(waiting);
    while (wire.server.pods.listeners.size > 0) await delay(5);
  });

  it('are leave only when the API server has no such target either: the watch may stand still', async () => {
    const { pods } = wire.server;
    pods.set(UID, undefined);
    pods.stored.set(UID, { kind: 'ok', value: RUNNING });
    assert.equal((await orderIn(wire.ask(null, 0))).order, 'record');
    pods.stored.set(UID, { kind: 'try-later', afterMs: 1, message: 'away' });
    assert.equal((await wire.ask(null, 0)).kind, 'not-now');
    pods.stored.clear();
    assert.equal((await orderIn(wire.ask(null, 0))).order, 'leave');
  });

  it('reject a question that is none', async () => {
    assert.equal((await wire.raw('GET', `/v1/traces/${UID}/orders?known=dance`)).status, 400);
    assert.equal((await wire.raw('GET', `/v1/traces/${UID}/orders?waitSeconds=-1`)).status, 400);
    assert.equal((await wire.raw('GET', `/v1/traces/${UID}/orders?seen=${'x'.repeat(65)}`)).status, 400);
  });
});
