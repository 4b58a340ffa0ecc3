/** How a canary's run is judged. */
import assert from 'node:assert/strict';
import type { RunFacts, RunPlan } from '../../../../cli/verify/canary/run-end.ts';
import { canaryStatusSchema, isClean, judgeRun } from '../../../../cli/verify/canary/run-end.ts';

const SERVES: RunPlan = { forMs: 10_000, readyTimeoutMs: 60_000, runsToEnd: false };
const WORKS: RunPlan = { ...SERVES, runsToEnd: true };
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };

function facts(status: object = {}, more: Partial<RunFacts> = {}): RunFacts {
  const parsed = canaryStatusSchema.parse({ metadata: { uid: 'u' }, status });
  return { status: parsed.status, trace: { phase: 'Recording' }, ageMs: 5000, readyForMs: null, ...more };
}

function container(state: object, more: object = {}): object {
  return { containerStatuses: [{ name: 'web', state, ...more }] };
}

const ended = (exitCode: number, more: object = {}): object => ({ terminated: { exitCode, ...more } });

describe('the run of a canary', () => {
  it('goes on while it starts, and while it serves', () => {
    assert.equal(judgeRun(facts(), SERVES), null);
    assert.equal(judgeRun(facts({}, { trace: null }), SERVES), null);
    assert.equal(judgeRun(facts(READY, { readyForMs: 9999 }), SERVES), null);
    assert.equal(judgeRun(facts(container({ waiting: { reason: 'PodInitializing' } })), SERVES), null);
  });

  it('is over when it has served for long enough, or has come to its end where it should', () => {
    assert.equal(judgeRun(facts(READY, { readyForMs: 10_000 }), SERVES)?.kind, 'served');
    assert.equal(judgeRun(facts({ phase: 'Succeeded', ...container(ended(0)) }), WORKS)?.kind, 'completed');
    assert.equal(judgeRun(facts(READY, { readyForMs: 10_000 }), WORKS), null);
    assert.equal(judgeRun(facts(container(ended(0))), WORKS), null);
  });

  for (const [what, given, plan, kind, words] of [
    ['crashes', facts(container(ended(139, { reason: 'Error' }))), SERVES, 'crashed', 'web ended with 139 (Error)'],
    [
      'cannot be executed',
      facts(container(ended(128, { reason: 'StartError', message: 'exec:\n no' }))),
      SERVES,
      'crashed',
      '(StartError: exec: no)',
    ],
    ['is restarted', facts(container({}, { restartCount: 1 })), SERVES, 'crashed', 'was restarted'],
    [
      'cannot be made',
      facts(container({ waiting: { reason: 'CreateContainerError', message: 'no file' } })),
      SERVES,
      'crashed',
      'no file',
    ],
    ['is evicted', facts({ phase: 'Failed', reason: 'Evicted' }), SERVES, 'crashed', '(Evicted)'],
    ['fails without a word', facts({ phase: 'Failed' }), SERVES, 'crashed', 'it failed'],
    ['ends although it should serve', facts({ phase: 'Succeeded' }), SERVES, 'crashed', 'ended by itself'],
    ['ends in part', facts(container(ended(0))), SERVES, 'crashed', 'web ended by itself'],
    ['fails in a Job', facts(container(ended(1))), WORKS, 'crashed', 'ended with 1'],
    ['never becomes ready', facts({}, { ageMs: 60_000 }), SERVES, 'not-ready', 'never became ready'],
    ['is no longer ready', facts({}, { readyForMs: 10_000 }), SERVES, 'not-ready', 'no longer is'],
    ['never ends', facts({}, { ageMs: 70_000 }), WORKS, 'unfinished', 'in time'],
    [
      'finds no node',
      facts({ conditions: [{ type: 'PodScheduled', status: 'False', message: 'ports' }] }, { ageMs: 60_000 }),
      SERVES,
      'not-ready',
      '(not scheduled: ports)',
    ],
    [
      'waits for its image',
      facts(container({ waiting: { reason: 'ErrImagePull', message: 'slow' } }), { ageMs: 60_000 }),
      SERVES,
      'not-ready',
      '(ErrImagePull: slow)',
    ],
    [
      'is let go untraced',
      facts({}, { trace: { phase: 'Untraced', reason: 'capped', message: 'full' } }),
      SERVES,
      'not-traced',
      'full',
    ],
    [
      'is refused',
      facts({}, { trace: { phase: 'Arming', reason: 'profile-not-placed' } }),
      SERVES,
      'not-traced',
      'profile-not-placed',
    ],
    [
      'waits at its gate for too long',
      facts({ initContainerStatuses: [{ name: 'flak-gate', state: ended(1, { message: 'gave up\n' }) }] }),
      SERVES,
      'not-traced',
      'gave up',
    ],
    [
      'waits at a gate that says nothing',
      facts({ initContainerStatuses: [{ name: 'flak-gate', state: ended(1) }] }),
      SERVES,
      'not-traced',
      'its gate gave up',
    ],
  ] as const)
    it(`proves nothing where it ${what}`, () => {
      const end = judgeRun(given, plan);
      assert.equal(end?.kind, kind);
      assert.ok(end.message.includes(words), end.message);
      assert.equal(isClean(end), false);
    });

  it('waits for a free place on its node, and says so when none came', () => {
    const capped = { phase: 'Arming', reason: 'capped', message: 'full' } as const;
    assert.equal(judgeRun(facts({}, { trace: capped }), SERVES), null);
    assert.match(judgeRun(facts({}, { trace: capped, ageMs: 60_000 }), SERVES)?.message ?? '', /\(capped: full\)/);
  });

  it('is not judged by its gate, which ends before it', () => {
    const passed = { initContainerStatuses: [{ name: 'flak-gate', state: ended(0), restartCount: 1 }] };
    assert.equal(judgeRun(facts({ ...passed, ...READY }, { readyForMs: 10_000 }), SERVES)?.kind, 'served');
  });
});
