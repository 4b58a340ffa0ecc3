import { deepEqual } from 'node:assert/strict';
import type { Action } from '../../../../webhook/controller/actions.ts';
import { createThrift } from '../../../../webhook/controller/thrift.ts';
import type { TraceStatus } from '../../../../webhook/controller/trace-status.ts';
import { facts, NOW } from './facts.ts';

const STORE: Action = { kind: 'store-profiles', extraReasons: [], endedAtMs: NOW };
const FREE: Action = { kind: 'remove-finalizer' };

const say = (phase: TraceStatus['phase']): Action => ({ kind: 'set-trace-status', status: { phase }, patienceMs: 0 });

describe("the controller's thrift", () => {
  const open = () => {
    const times = { ms: NOW };
    const thrift = createThrift(() => times.ms);
    /** A turn in which everything that isn't held back is done. */
    const turn = (...actions: Action[]) => {
      const left = thrift.holdBack(facts(), { actions });
      for (const action of left.actions) thrift.done(facts(), action);
      return left;
    };
    return { times, thrift, turn };
  };

  it('says once what the watch has yet to show', () => {
    const { turn } = open();
    deepEqual(turn(say('Recording')), { actions: [say('Recording')] });
    deepEqual(turn(say('Recording')), { actions: [], recheckAfterMs: 5000 });
  });

  it('says it again where the watch never shows it', () => {
    const { turn, times } = open();
    turn(say('Recording'));
    times.ms += 5000;
    deepEqual(turn(say('Recording')), { actions: [say('Recording')] });
  });

  it('says at once what differs from what was said last, also when it was said before', () => {
    const { turn } = open();
    for (const phase of ['Recording', 'Flushing', 'Recording'] as const) {
      deepEqual(turn(say(phase)), { actions: [say(phase)] });
    }
  });

  it('says what a new Trace was made with only once', () => {
    const { turn } = open();
    turn({ kind: 'create-trace', status: { phase: 'Arming' } });
    deepEqual(turn(say('Arming')).actions, []);
    deepEqual(turn(say('Recording')).actions, [say('Recording')]);
  });

  it('stores once, and holds back nothing else, while the watch has yet to show that the trace is complete', () => {
    const { turn } = open();
    deepEqual(turn(STORE, FREE), { actions: [STORE, FREE] });
    deepEqual(turn(STORE, FREE), { actions: [FREE], recheckAfterMs: 5000 });
  });

  it("says again what it said before it was done: that is the API server's to refuse", () => {
    const { turn } = open();
    turn(say('Recording'));
    turn(STORE);
    deepEqual(turn(say('Recording')).actions, [say('Recording')]);
  });

  it('remembers nothing of a target that is over', () => {
    const { turn, thrift } = open();
    turn(say('Recording'), STORE);
    thrift.forget(facts().podUid);
    deepEqual(turn(say('Recording'), STORE).actions, [say('Recording'), STORE]);
  });
});
