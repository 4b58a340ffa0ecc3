import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createClock } from '../../../tracer/clock.ts';
import { encodeReport } from '../../../tracer/report/compose.ts';
import { createCourier, type CourierState } from '../../../tracer/report/courier.ts';
import { followOrders } from '../../../tracer/report/orders.ts';
import { DELETING } from './trace-server.ts';
import { container, createWire, report, silentLog, UID, type Wire } from './wire.ts';

describe('when the control plane is away', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = await createWire();
  });

  afterEach(async () => {
    await wire.close();
  });

  const impatient = { ...createClock(() => 0), sleep: () => delay(5) };

  it('the courier tries on until it is back, and loses nothing', async () => {
    await wire.server.stop();
    const states: CourierState[] = [];
    const done = Promise.withResolvers<undefined>();
    const courier = createCourier({
      controlPlane: wire.controlPlane,
      clock: impatient,
      random: () => 0,
      log: silentLog,
      onChange: () => {
        states.push(courier.state());
        if (courier.state() === 'idle') done.resolve(undefined);
      },
      onFailure: done.reject,
      signal: wire.ending.signal,
    });
    courier.submit((number) => encodeReport(report(number, { containers: [container('a')] })));
    courier.submit((number) => encodeReport(report(number, { containers: [container('a'), container('b')] })));
    await delay(50);
    await wire.server.start();
    await done.promise;
    assert.deepEqual(states, ['busy', 'busy', 'idle']);
    const stored = wire.server.state.traces.get(UID)?.report;
    assert.ok(stored !== undefined && stored.kind !== 'refused');
    assert.deepEqual(
      stored.containers.map(({ containerId }) => containerId),
      ['a', 'b'],
    );
  });

  it("a successor's courier goes on behind its predecessor's numbers", async () => {
    await wire.put(1, report(1));
    await wire.put(2, report(2));
    const done = Promise.withResolvers<undefined>();
    const courier = createCourier({
      controlPlane: wire.controlPlane,
      clock: impatient,
      random: () => 0,
      log: silentLog,
      onChange: () => {
        if (courier.state() === 'idle') done.resolve(undefined);
      },
      onFailure: done.reject,
      signal: wire.ending.signal,
    });
    courier.submit((number) => encodeReport(report(number, { notes: ['tracer-restarted'] })));
    await done.promise;
    assert.equal(wire.server.state.traces.get(UID)?.report.number, 3);
  });

  it('the order is found when it comes back, though the connection was cut in the middle of a poll', async () => {
    const orders: string[] = [];
    const flushed = Promise.withResolvers<undefined>();
    const following = followOrders(
      {
        controlPlane: wire.controlPlane,
        clock: impatient,
        random: () => 0,
        log: silentLog,
        signal: wire.ending.signal,
      },
      ({ order }) => {
        orders.push(order);
        if (order === 'flush') flushed.resolve(undefined);
      },
    );
    while (wire.server.pods.listeners.size === 0) await delay(5);
    await wire.server.stop();
    wire.server.pods.set(UID, DELETING);
    await wire.server.start();
    await flushed.promise;
    wire.ending.abort();
    await following;
    assert.deepEqual(orders, ['record', 'flush']);
  });
});
