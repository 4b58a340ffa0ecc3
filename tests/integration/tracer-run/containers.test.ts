import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hashesOfCommand } from '../../../profile/exec-hash.ts';
import { skipBecause } from '../../skip.ts';
import { untilPaused } from '../tracer-ledger/paused.ts';
import { compile } from '../tracer-ledger/stage.ts';
import { DELETING, RUNNING } from '../wire/trace-server.ts';
import { calledBy, GATE_ARGS, openTracing, until, type Tracing } from './tracing.ts';

const GETPGID = 121;
const GETPRIORITY = 140;
const SCHED_GETSCHEDULER = 145;

describe("a tracer and its target's containers", function () {
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

  it('knows by name what its killed predecessor had seen, though nothing of it is left on the node', async () => {
    const { node, server } = tracing;
    const first = tracing.startTracer({ FLAK_SNAPSHOT_MIN_MS: '600000' });
    await node.start('flak-gate', GATE_ARGS).ended;
    await until(() => tracing.stored()?.kind === 'armed');
    const app = node.start('app', ['/bin/workload', 'wait'], 'tidy');
    await until(() => node.namesKept().includes('app'));
    await untilPaused(join(node.podCgroup, app.id));
    first.kill('SIGKILL');
    await once(first, 'exit');
    app.kill();
    await app.ended;

    const second = tracing.startTracer();
    server.pods.set(node.podUid, DELETING);
    assert.deepEqual(await once(second, 'exit'), [0, null]);
    const final = tracing.stored();
    assert.ok(calledBy(final, 'app').includes(GETPGID));
    assert.deepEqual(
      final?.containers.map(({ name }) => name),
      ['flak-gate', 'app'],
    );
  });

  it('tells start-up from serving, and probes from strangers, by what the control plane says', async () => {
    const { node, server } = tracing;
    const probe = ['/bin/workload', 'probe'];
    const hashes = hashesOfCommand(probe).map((hash) => hash.toString(16).padStart(16, '0'));
    const tracer = tracing.startTracer({
      FLAK_EXEC_HASHES: hashes.join(),
      FLAK_SNAPSHOT_MIN_MS: '200',
      FLAK_SNAPSHOT_MAX_MS: '200',
    });
    await node.start('flak-gate', GATE_ARGS).ended;
    await until(() => tracing.stored()?.kind === 'armed');
    const app = node.start('app', ['/bin/sleeper']);
    await until(() => calledBy(tracing.stored(), 'app').length > 0);
    assert.deepEqual(calledBy(tracing.stored(), 'app', 'serving'), []);
    app.exec(...probe);
    app.exec('/bin/workload', 'stranger');
    server.pods.set(node.podUid, { ...RUNNING, ready: [app.id] });
    await until(() => calledBy(tracing.stored(), 'app', 'serving').length > 0);
    server.pods.set(node.podUid, DELETING);
    app.kill();
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);

    const final = tracing.stored();
    assert.ok(calledBy(final, 'app', 'exec:probe').includes(GETPGID));
    assert.ok(calledBy(final, 'app', 'exec:foreign').includes(GETPGID));
    for (const own of ['startup', 'serving'] as const) assert.ok(!calledBy(final, 'app', own).includes(GETPGID), own);
  });

  it('loses none of five hundred containers that live for a moment, four times what the ledger has room for', async () => {
    const { node, server } = tracing;
    const restarts = join(node.folder, 'restarts');
    compile('restarts', restarts, join(import.meta.dirname, 'programs'));
    const tracer = tracing.startTracer();
    await node.start('flak-gate', GATE_ARGS).ended;
    await until(() => tracing.stored()?.kind === 'armed');
    const loop = spawn(restarts, [node.podCgroup, '500', '50'], { stdio: 'inherit' });
    assert.deepEqual(await once(loop, 'exit'), [0, null]);
    server.pods.set(node.podUid, DELETING);
    assert.deepEqual(await once(tracer, 'exit'), [0, null]);

    const final = tracing.stored();
    assert.deepEqual(final?.reasons, []);
    const own = final.containers.filter(({ containerId }) => containerId.startsWith('0'.repeat(50)));
    const complete = own.filter(({ entries }) => {
      const numbers = entries.flatMap(({ calls }) => calls.map(({ nr }) => nr));
      return numbers.includes(GETPRIORITY) || numbers.includes(SCHED_GETSCHEDULER);
    });
    assert.equal(complete.length, 500);
    assert.deepEqual(node.pins(), []);
  });
});
