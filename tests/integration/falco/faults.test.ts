import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedReport } from '../../../profile/recording.ts';
import type { Fault } from '../../falco/fake-falco.ts';
import { skipBecause } from '../../skip.ts';
import { straceNumbers } from '../tracer-ledger/numbers.ts';
import { calledBy, GATE_ARGS, openTracing, until, type Tracing } from '../tracer-run/tracing.ts';
import { DELETING } from '../wire/trace-server.ts';
import { installFake, type Fake } from './fake.ts';

/** Until the fake has shown something, however busy the machine is. */
const PATIENT = { FLAK_FALCO: 'required', FLAK_FALCO_WAIT_MS: '55000' };

describe("a Falco's faults, with a real kernel and a fake Falco", function () {
  let tracing: Tracing;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs and starting containers takes root');
  });

  beforeEach(async () => {
    tracing = await openTracing();
  });

  afterEach(async () => {
    await tracing.close();
  });

  const expected = (): number[] => {
    const { folder } = tracing.node;
    return straceNumbers(folder, join(folder, 'root/bin/workload'), 'more');
  };

  /** A target's whole life beside that Falco. @returns the final report, and the tracer's exit is checked */
  async function trace(fake: Fake, over: Readonly<Record<string, string>> = {}): Promise<RecordedReport> {
    const { node, server } = tracing;
    const gate = node.start('flak-gate', GATE_ARGS);
    fake.show(gate.id);
    const tracer = tracing.startTracer({ ...fake.environment, FLAK_LOG_LEVEL: 'silent', ...over });
    assert.equal(await gate.ended, 0);
    await until(() => tracing.stored() !== undefined);
    const app = node.start('app', ['/bin/workload', 'more']);
    fake.show(app.id);
    assert.equal(await app.ended, 0);
    await delay(300);
    server.pods.set(node.podUid, DELETING);
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);
    const final = tracing.stored();
    assert.equal(final?.kind, 'final');
    return final;
  }

  function assertUntouched(report: RecordedReport): void {
    assert.deepEqual([report.reasons, report.notes, report.arming], [[], [], 'before-gate']);
    assert.ok(report.gateOpenedAt !== null);
    assert.deepEqual(calledBy(report, 'app'), expected());
    assert.ok(report.containers.every(({ kind }) => kind === 'container'));
  }

  async function assertNothingLeft(fake: Fake): Promise<void> {
    await until(() => fake.running().length === 0);
    assert.deepEqual(fake.remains(), []);
    assert.deepEqual(tracing.node.pins(), []);
  }

  const FAULTS: readonly (readonly [Fault, NonNullable<RecordedReport['falco']>['state']])[] = [
    ['none', 'ended'],
    ['hangs', 'starting'],
    ['exits', 'starting'],
    ['floods', 'ended'],
    ['garbage', 'starting'],
    ['dies-in-a-line', 'ended'],
    ['starts-slowly', 'starting'],
    ['ignores-sigterm', 'ended'],
  ];
  for (const [fault, state] of FAULTS) {
    it(`leaves the ledger's report as it is, opens the gate and leaves nothing behind: ${fault}`, async () => {
      const fake = installFake(tracing.node.folder, fault);
      const report = await trace(fake);
      assertUntouched(report);
      // The fake, which the target doesn't wait for, may come later than the target's end.
      assert.ok(['starting', state].includes(report.falco?.state ?? ''), report.falco?.state);
      await assertNothingLeft(fake);
    });
  }

  it("tells what it saw of the target by the kernel's names, and of the gate nothing", async () => {
    const { falco } = await trace(installFake(tracing.node.folder, 'none'), PATIENT);
    assert.deepEqual(falco?.calls, [{ container: 'app', names: ['openat', 'pread64'] }]);
    assert.deepEqual([falco.version, falco.drops], ['0.0.0-fake', 0]);
    assert.ok(falco.readyAt !== null);
  });

  it('is away while it is started again, and says so', async () => {
    const { falco } = await trace(installFake(tracing.node.folder, 'dies-in-a-line'), PATIENT);
    assert.equal(falco?.gaps.at(-1)?.why, 'crashed');
    assert.ok(falco.drops >= 1, 'the line that was cut is counted');
  });

  it('is absent where there is no such file, and the target does not wait', async () => {
    const fake = installFake(tracing.node.folder, 'none');
    const report = await trace(fake, { FLAK_FALCO_BIN: join(tracing.node.folder, 'nowhere') });
    assertUntouched(report);
    assert.equal(report.falco?.state, 'absent');
  });

  it('holds the gate until it has seen it, where it is required', async () => {
    const report = await trace(installFake(tracing.node.folder, 'starts-slowly'), PATIENT);
    assertUntouched(report);
    assert.ok(Date.parse(report.gateOpenedAt ?? '') >= Date.parse(report.falco?.readyAt ?? 'never'));
    assert.ok(report.falco?.gaps.every(({ why }) => why !== 'late'));
  });

  const impatient = { FLAK_FALCO: 'required', FLAK_FALCO_WAIT_MS: '1000' };
  for (const [fault, wishes, reasons] of [
    ['hangs', impatient, ['falco-missing']],
    ['garbage', impatient, ['falco-missing']],
    // Shows the gate like one without fault, as soon as the machine has started it.
    ['floods', PATIENT, []],
  ] as const) {
    it(`holds no gate for longer than it may: ${fault}`, async () => {
      const fake = installFake(tracing.node.folder, fault);
      const report = await trace(fake, wishes);
      assert.deepEqual(calledBy(report, 'app'), expected());
      assert.deepEqual(report.reasons, reasons);
      await assertNothingLeft(fake);
    });
  }

  it('holds no gate where it is required and there is none, and says that it is missing', async () => {
    const fake = installFake(tracing.node.folder, 'none');
    const missing = { FLAK_FALCO: 'required', FLAK_FALCO_BIN: '/nowhere/falco', FLAK_FALCO_WAIT_MS: '3600000' };
    const report = await trace(fake, missing);
    assert.deepEqual([report.reasons, report.falco?.state], [['falco-missing'], 'absent']);
    assert.deepEqual(calledBy(report, 'app'), expected());
  });

  it('dies with its tracer, however that dies', async () => {
    const fake = installFake(tracing.node.folder, 'ignores-sigterm');
    const gate = tracing.node.start('flak-gate', GATE_ARGS);
    fake.show(gate.id);
    const tracer: ChildProcess = tracing.startTracer(fake.environment);
    await until(() => fake.running().length > 0);
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    await until(() => fake.running().length === 0);
  });
});
