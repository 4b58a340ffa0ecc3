import { deepEqual, equal } from 'node:assert/strict';
import { createReadiness } from '../../../webhook/readiness.ts';
import { createVirtualClock } from './kube/virtual-clock.ts';

describe('when a replica calls itself ready', () => {
  const start = () => {
    const clock = createVirtualClock();
    const ending = new AbortController();
    const state = {
      alive: false,
      synced: false,
      gate: false,
      medium: null as 'hostPath' | 'annotation' | null,
      asked: 0,
      own: true,
    };
    const readiness = createReadiness({
      probe: {
        gateIsAdded: () => {
          state.asked += 1;
          return Promise.resolve(state.gate);
        },
        defaultMedium: () => Promise.resolve(state.medium),
      },
      addsGate: (ca) => Promise.resolve(ca === 'ca' && state.own),
      controllerAlive: () => state.alive,
      cachesSynced: () => state.synced,
      sleep: clock.sleep,
    });
    const run = readiness.run(ending.signal);
    const stop = async (): Promise<void> => {
      ending.abort();
      await run;
    };
    return { clock, state, readiness, stop };
  };

  it('says all that is missing, and asks for a gate only when the rest is in place', async () => {
    const { clock, state, readiness, stop } = start();
    await clock.pass(1000);
    equal(readiness.missing().length, 5);
    equal(state.asked, 0);
    Object.assign(state, { alive: true, synced: true, medium: 'hostPath' });
    readiness.certificateServed('ca', true);
    await clock.pass(1000);
    deepEqual(readiness.missing(), ['a gate in a review of our own, and in a dry-run pod']);
    state.gate = true;
    await clock.pass(1000);
    deepEqual(readiness.missing(), []);
    await stop();
  });

  it('does not take a gate for its own that another replica may have added', async () => {
    const { clock, state, readiness, stop } = start();
    Object.assign(state, { alive: true, synced: true, medium: 'hostPath', gate: true, own: false });
    readiness.certificateServed('ca', true);
    await clock.pass(5000);
    equal(readiness.missing().length, 1);
    equal(state.asked, 0);
    state.own = true;
    await clock.pass(1000);
    deepEqual(readiness.missing(), []);
    await stop();
  });

  it('stays ready without a leader: somebody must say why no gate is added', async () => {
    const { clock, state, readiness, stop } = start();
    Object.assign(state, { alive: true, synced: true, medium: 'hostPath', gate: true });
    readiness.certificateServed('ca', true);
    await clock.pass(1000);
    state.alive = false;
    deepEqual(readiness.missing(), []);
    await stop();
  });

  it('stays ready when a webhook configuration is taken away: tracers still bring their reports', async () => {
    const { clock, state, readiness, stop } = start();
    Object.assign(state, { alive: true, synced: true, medium: 'hostPath', gate: true });
    readiness.certificateServed('ca', true);
    await clock.pass(1000);
    readiness.certificateServed('ca', false);
    deepEqual(readiness.missing(), []);
    await stop();
  });

  it('is not ready any more once its end has begun', async () => {
    const { clock, state, readiness, stop } = start();
    Object.assign(state, { alive: true, synced: true, medium: 'annotation', gate: true });
    readiness.certificateServed('ca', true);
    await clock.pass(1000);
    await stop();
    equal(readiness.missing().length, 1);
  });

  it('takes the medium that every policy allows until it knows better', async () => {
    const { clock, state, readiness, stop } = start();
    equal(readiness.defaultMedium(), 'annotation');
    state.medium = 'hostPath';
    await clock.pass(1000);
    equal(readiness.defaultMedium(), 'hostPath');
    await stop();
  });
});
