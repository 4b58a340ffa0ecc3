import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedReport } from '../../../profile/recording.ts';
import { skipBecause } from '../../skip.ts';
import { straceNumbers } from '../tracer-ledger/numbers.ts';
import { untilPaused } from '../tracer-ledger/paused.ts';
import { DELETING, type TraceServer } from '../wire/trace-server.ts';
import type { NodeStage } from './node-stage.ts';
import { calledBy, GATE_ARGS, openTracing, until, type Tracing } from './tracing.ts';

describe('the tracer, with a real kernel, real containers, the real gate and a real store', function () {
  let tracing: Tracing;
  let node: NodeStage;
  let server: TraceServer;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs and starting containers takes root');
  });

  beforeEach(async () => {
    tracing = await openTracing();
    ({ node, server } = tracing);
  });

  afterEach(async () => {
    await tracing.close();
  });

  const startTracer = (environment?: Readonly<Record<string, string>>): ChildProcess =>
    tracing.startTracer(environment);
  const stored = (): RecordedReport | undefined => tracing.stored();

  const expected = (...args: string[]): number[] =>
    straceNumbers(node.folder, join(node.folder, 'root/bin/workload'), ...args);

  it('holds the target back until it is armed, records it from its first instruction to its last, and leaves nothing', async () => {
    const gate = node.start('flak-gate', GATE_ARGS);
    const tracer = startTracer();
    assert.equal(await gate.ended, 0);
    await until(() => stored()?.kind === 'armed');
    assert.ok(stored()?.gateOpenedAt !== null);

    assert.equal(await node.start('init', ['/bin/workload']).ended, 0);
    const app = node.start('app', ['/bin/workload', 'more']);
    assert.equal(await app.ended, 0);
    server.pods.set(node.podUid, DELETING);
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);

    const final = stored();
    assert.equal(final?.kind, 'final');
    assert.deepEqual([final.reasons, final.notes, final.arming], [[], [], 'before-gate']);
    assert.deepEqual(calledBy(final, 'init'), expected());
    assert.deepEqual(calledBy(final, 'app'), expected('more'));
    assert.ok(calledBy(final, 'flak-gate').length > 0);
    assert.deepEqual(readdirSync(node.rollRoot), []);
    assert.ok(final.containers.every(({ kind }) => kind === 'container'));
    // Where the record of one that lived for a tenth of a second has gone too soon, its log tells its name.
    assert.ok(final.containers.every(({ runtime }) => runtime === 'runc' || runtime === null));
    assert.equal(final.containers.find(({ name }) => name === 'flak-gate')?.runtime, 'runc');
    assert.ok(final.containers.some(({ containerId }) => containerId === app.id));
    assert.deepEqual(node.pins(), []);
    assert.deepEqual(readdirSync(node.gatesRoot), []);
  });

  it('waits for the last container of a target that is being deleted', async () => {
    const gate = node.start('flak-gate', GATE_ARGS);
    const tracer = startTracer();
    await gate.ended;
    const app = node.start('app', ['/bin/workload', 'wait']);
    await until(() => stored()?.kind === 'armed');
    // A real pod has its sandbox: this one would be empty until runc has made the container's process.
    await untilPaused(join(node.podCgroup, app.id));
    server.pods.set(node.podUid, DELETING);
    await delay(1_000);
    assert.equal(tracer.exitCode, null);
    assert.notEqual(stored()?.kind, 'final');
    app.kill();
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);
    assert.equal(stored()?.kind, 'final');
    assert.ok(calledBy(stored(), 'app').length > 0);
  });

  it('loses nothing when it is killed: its successor finds the slot and goes on', async () => {
    const first = startTracer();
    await node.start('flak-gate', GATE_ARGS).ended;
    await until(() => stored()?.kind === 'armed');
    const armedAt = stored()?.armedAt;
    first.kill('SIGKILL');
    await once(first, 'exit');
    assert.equal(await node.start('app', ['/bin/workload'], 'tidy').ended, 0);

    const second = startTracer();
    server.pods.set(node.podUid, DELETING);
    assert.deepEqual(await once(second, 'exit'), [0, null]);
    const final = stored();
    assert.equal(final?.kind, 'final');
    assert.deepEqual([final.reasons, final.notes], [[], ['tracer-restarted']]);
    // Each tracer tells the instant, which is kept by the clock since boot, by the wall clock: the last millisecond may differ.
    assert.ok(Math.abs(Date.parse(final.armedAt) - Date.parse(armedAt ?? '')) <= 50, `${final.armedAt} ${armedAt}`);
    // Its record went while nobody was there to read it; what it called is kept all the same.
    const nameless = final.containers.find(({ name }) => name === null);
    assert.deepEqual(
      nameless?.entries.find(({ origin }) => origin === 'startup')?.calls.map(({ nr }) => nr),
      expected(),
    );
    assert.deepEqual(node.pins(), []);
  });

  it('hands over at SIGTERM: what it has is sent, slot and opening stay', async () => {
    const tracer = startTracer();
    await node.start('flak-gate', GATE_ARGS).ended;
    await until(() => stored()?.kind === 'armed');
    assert.equal(await node.start('app', ['/bin/workload']).ended, 0);
    tracer.kill('SIGTERM');
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);
    assert.equal(stored()?.kind, 'snapshot');
    assert.deepEqual(calledBy(stored(), 'app'), expected());
    assert.deepEqual(node.pins(), ['flak']);
    assert.ok(existsSync(join(node.gatesRoot, node.podUid, 'open')));
  });

  it('says that it came late, and goes without a trace when the target is no more', async () => {
    const app = node.start('app', ['/bin/workload', 'wait']);
    await until(() => existsSync(join(node.folder, 'run/containerd/io.containerd.runtime.v2.task/k8s.io', app.id)));
    const tracer = startTracer({ FLAK_ARMING: 'late', FLAK_GATE_MEDIUM: 'none' });
    await until(() => stored()?.kind === 'armed');
    assert.deepEqual([stored()?.arming, stored()?.reasons], ['late', ['late-arming']]);
    app.kill();
    server.pods.set(node.podUid, undefined);
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);
    assert.deepEqual(node.pins(), []);
  });

  it('refuses its environment with every mistake, before it touches anything', async () => {
    const tracer = startTracer({ FLAK_TARGET_UID: 'x', FLAK_ARMING: 'x' });
    assert.deepEqual(await once(tracer, 'exit'), [2, null]);
    assert.deepEqual(node.pins(), []);
  });
});
