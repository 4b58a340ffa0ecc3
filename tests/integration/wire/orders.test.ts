import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { DELETING, RUNNING } from './trace-server.ts';
import { createWire, UID, type Wire } from './wire.ts';

describe('orders on the wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  it('come as soon as the target changes, and without waiting when they are news', async () => {
    assert.deepEqual(await wire.ask(null, 5), { kind: 'order', order: 'record', retryAfterMs: 0 });
    const waiting = wire.ask('record', 5);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    wire.server.pods.set(UID, DELETING);
    assert.deepEqual(await waiting, { kind: 'order', order: 'flush', retryAfterMs: 0 });
    assert.equal(wire.server.pods.listeners.size, 0);
  });

  it('stay the same when nothing changed until the wait ended', async () => {
    assert.deepEqual(await wire.ask('record', 1), { kind: 'order', order: 'record', retryAfterMs: 0 });
  });

  it('are hand-over for the last question about a target that lives on', async () => {
    assert.deepEqual(await wire.ask(null, 0, true), { kind: 'order', order: 'hand-over', retryAfterMs: 0 });
  });

  it('beyond the bound of waiting tracers come at once, with a pause to make', async () => {
    const waiting = wire.ask('record', 5);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    assert.deepEqual(await wire.ask('record', 5), { kind: 'order', order: 'record', retryAfterMs: 7000 });
    wire.server.pods.set(UID, undefined);
    assert.equal((await waiting).kind, 'order');
  });

  it('leave no listener behind when the tracer hangs up', async () => {
    const hangUp = new AbortController();
    const waiting = wire.controlPlane.askOrder({ known: 'record', waitSeconds: 5, last: false }, hangUp.signal);
    while (wire.server.pods.listeners.size === 0) await delay(5);
    hangUp.abort();
    await assert.rejects(waiting);
    while (wire.server.pods.listeners.size > 0) await delay(5);
  });

  it('are leave only when the API server has no such target either: the watch may stand still', async () => {
    const { pods } = wire.server;
    pods.set(UID, undefined);
    pods.stored.set(UID, { kind: 'ok', value: RUNNING });
    assert.deepEqual(await wire.ask(null, 0), { kind: 'order', order: 'record', retryAfterMs: 0 });
    pods.stored.set(UID, { kind: 'try-later', afterMs: 1, message: 'away' });
    assert.equal((await wire.ask(null, 0)).kind, 'not-now');
    pods.stored.clear();
    assert.deepEqual(await wire.ask(null, 0), { kind: 'order', order: 'leave', retryAfterMs: 0 });
  });

  it('reject a question that is none', async () => {
    assert.equal((await wire.raw('GET', `/v1/traces/${UID}/orders?known=dance`)).status, 400);
    assert.equal((await wire.raw('GET', `/v1/traces/${UID}/orders?waitSeconds=-1`)).status, 400);
  });
});
