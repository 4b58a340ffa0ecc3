/** What tests of the ledger's accuracy have ready, made by mocha's hooks for the `describe` in which these functions are called. */
import assert from 'node:assert/strict';
import type { Slot } from '../../../tracer/ledger/ledger.ts';
import type { PodCgroup, Stage } from '../tracer-ledger/stage.ts';
import type { Programs } from './programs.ts';
import { compilePrograms } from './programs.ts';

/** The programs, compiled once into the stage's folder. */
export function programsForAll(stage: Stage): Omit<Programs, 'killStarted'> {
  let compiled: Programs | undefined;
  const programs = (): Programs => {
    assert.ok(compiled, 'there are programs only while tests run');
    return compiled;
  };
  before(() => {
    compiled = compilePrograms(stage.folder);
  });
  after(() => {
    compiled?.killStarted();
  });
  return {
    run: (...run) => programs().run(...run),
    spawn: (...run) => programs().spawn(...run),
    start: (script) => programs().start(script),
  };
}

export interface TracedPod {
  readonly pod: PodCgroup;
  readonly slot: Slot;
}

/** A pod for each test, joined before it and left after it; for a stage that outlives the test. */
export function tracedPodForEach(stage: Stage): TracedPod {
  let traced: TracedPod | undefined;
  const current = (): TracedPod => {
    assert.ok(traced, 'there is a pod only while a test runs');
    return traced;
  };
  beforeEach(async () => {
    const pod = stage.pod();
    traced = { pod, slot: await stage.join(pod) };
  });
  afterEach(() => current().slot.leave());
  return {
    get pod() {
      return current().pod;
    },
    get slot() {
      return current().slot;
    },
  };
}
