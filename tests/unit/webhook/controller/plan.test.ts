/** Whatever the facts: what must never be planned, and what must always be. */
import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Action } from '../../../../webhook/controller/actions.ts';
import type { Facts } from '../../../../webhook/controller/facts.ts';
import { plan } from '../../../../webhook/controller/plan.ts';
import { gatePassed, isEnding, isWithdrawn } from '../../../../webhook/controller/target-pod.ts';
import type { ContainerState, TargetPod } from '../../../../webhook/controller/target-pod.ts';
import { container, facts, gate, NOW, pod, recordedFacts, trace, tracer } from './facts.ts';

const from = fc.constantFrom;
const ago = fc.integer({ min: -60_000, max: 200_000 }).map((ms) => NOW - ms);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
/** Most of a target's life is ordinary: without this, what takes several ordinary things at once is hardly ever tried. */
const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const flag = fc.boolean();

const state: fc.Arbitrary<ContainerState> = fc.oneof(
  fc.record({ kind: from('waiting' as const), reason: from('ImagePullBackOff', 'PodInitializing', null) }),
  fc.record({ kind: from('running' as const), startedAtMs: ago }),
  fc.record({ kind: from('terminated' as const), exitCode: from(0, 1, 137), finishedAtMs: maybe(ago) }),
);

const anyContainer = fc
  .record({ state, everStarted: flag, lastFinishedAtMs: maybe(ago) })
  .map((changes) => container({ ...changes, everStarted: changes.everStarted || changes.state.kind === 'running' }));

const anyPod: fc.Arbitrary<TargetPod> = fc
  .record({
    nodeName: mostly<string | null>('node-a', fc.constant(null)),
    phase: from('Pending' as const, 'Running' as const, 'Succeeded' as const, 'Failed' as const, 'Unknown' as const),
    statusReason: from('OutOfpods', null),
    deletionAtMs: mostly<number | null>(null, ago),
    awaitsKubelet: flag,
    held: mostly(true, flag),
    optIn: mostly<TargetPod['optIn']>('true', from('false' as const, null)),
    traced: flag,
    signal: mostly<TargetPod['signal']>(
      { kind: 'none' },
      from({ kind: 'open' } as const, { kind: 'release', reason: 'capped' } as const),
    ),
    failClosed: flag,
    gate: maybe(fc.record({ medium: from('hostPath' as const, 'annotation' as const), state }).map(gate)),
    containers: fc.array(anyContainer, { minLength: 1, maxLength: 3 }),
    scheduledAtMs: maybe(ago),
    lastTransitionAtMs: ago,
    mirror: flag,
    unsupported: from(null, 'windows' as const, 'unsupported-runtime-class' as const),
  })
  .map(pod);

const anyTracer = fc
  .record({
    phase: from('Pending' as const, 'Running' as const, 'Succeeded' as const, 'Failed' as const),
    createdAtMs: ago,
    deletionAtMs: maybe(ago),
    waitingReason: from('ImagePullBackOff', 'CreateContainerError', null),
    restartCount: from(0, 1, 3),
    everStarted: flag,
  })
  .map(tracer);

const anyReport = from(recordedFacts('armed'), recordedFacts('snapshot'), recordedFacts('final'), {
  kind: 'refused',
  refusal: 'no-btf',
  detail: '',
} as const);

const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    pod: maybe(anyPod),
    trace: maybe(
      from(
        'Pending' as const,
        'Arming' as const,
        'Recording' as const,
        'Flushing' as const,
        'Complete' as const,
        'Untraced' as const,
      ).map((phase) => trace({ phase })),
    ),
    tracer: maybe(anyTracer),
    report: maybe(anyReport),
    node: from(
      { kind: 'present', uid: 'n', traceable: true } as const,
      { kind: 'present', uid: 'n', traceable: false } as const,
      { kind: 'gone' } as const,
      { kind: 'unknown' } as const,
    ),
    otherTracersOnNode: from(0, 9, 10),
    attempts: fc.record({ made: from(0, 1, 3), lastAtMs: ago, refused: from('no', null) }),
    namespace: from('active' as const, 'terminating' as const),
    uninstallingSinceMs: mostly<number | null>(null, ago),
    leadingSinceMs: ago.filter((ms) => ms <= NOW),
  })
  .map((changes) =>
    facts({ ...changes, node: changes.pod?.nodeName === null ? { kind: 'unassigned' } : changes.node }),
  );

const RUNS = { numRuns: 3000 };

function always(
  title: string,
  holds: (given: Facts, kinds: readonly Action['kind'][], recheckAfterMs?: number) => boolean,
): void {
  it(title, () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { actions, recheckAfterMs } = plan(given, NOW);
        ok(
          holds(
            given,
            actions.map(({ kind }) => kind),
            recheckAfterMs,
          ),
        );
      }),
      RUNS,
    );
  });
}

const finished = ({ trace: found }: Facts): boolean =>
  found?.status?.phase === 'Complete' || found?.status?.phase === 'Untraced';

describe('plan, whatever the facts', () => {
  always(
    'adds no finalizer to a pod under deletion, nor to one that asked for nothing',
    ({ pod: target }, kinds) =>
      !kinds.includes('add-finalizer') || (target?.deletionAtMs === null && target.optIn === 'true'),
  );

  always(
    'never releases a fail-closed gate',
    ({ pod: target }, kinds) => !kinds.includes('release-gate') || target?.failClosed === false,
  );

  always('never ends the trace of a fail-closed target at its gate while it lives and Flak stays', (given, kinds) => {
    const { pod: target, uninstallingSinceMs } = given;
    const protectedNow =
      target !== null &&
      target.failClosed &&
      target.gate !== null &&
      !gatePassed(target) &&
      target.held &&
      !isEnding(target) &&
      !isWithdrawn(target) &&
      uninstallingSinceMs === null &&
      !finished(given);
    return !protectedNow || !kinds.some((kind) => kind === 'finish-untraced' || kind === 'remove-finalizer');
  });

  always('lets a pod go only after its profile is stored or its Trace says why not', (given, kinds) => {
    const at = kinds.indexOf('remove-finalizer');
    const before = kinds.slice(0, at);
    return at < 0 || finished(given) || before.includes('store-profiles') || before.includes('finish-untraced');
  });

  always(
    'opens a gate only for what has been recorded',
    ({ report }, kinds) => !kinds.includes('open-gate') || (report !== null && report.kind !== 'refused'),
  );

  always(
    'stores profiles only from a recording',
    ({ report }, kinds) => !kinds.includes('store-profiles') || (report !== null && report.kind !== 'refused'),
  );

  always(
    'makes no tracer while Flak is removed, nor beyond the cap for what is not recorded yet',
    (given, kinds) =>
      !kinds.includes('create-tracer') ||
      (given.uninstallingSinceMs === null && (given.otherTracersOnNode < 10 || given.report !== null)),
  );

  always(
    'never makes and deletes a tracer in one turn',
    (_given, kinds) => !(kinds.includes('create-tracer') && kinds.includes('delete-tracer')),
  );

  always('leaves no ending target without something that moves it on', (given, kinds, recheckAfterMs) => {
    const { pod: target } = given;
    const stuck = target !== null && target.held && isEnding(target) && !kinds.includes('remove-finalizer');
    return !stuck || recheckAfterMs !== undefined;
  });

  always('leaves no held target behind that is past every deadline', (given, kinds) => {
    const { pod: target, leadingSinceMs } = given;
    if (target?.held !== true || !isEnding(target)) return true;
    const overdue = plan({ ...given, leadingSinceMs: Math.min(leadingSinceMs, NOW) }, NOW + 400_000);
    return kinds.includes('remove-finalizer') || overdue.actions.some(({ kind }) => kind === 'remove-finalizer');
  });

  always('decides the same twice', (given) => JSON.stringify(plan(given, NOW)) === JSON.stringify(plan(given, NOW)));
});
