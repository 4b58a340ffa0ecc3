import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FalcoSection } from '../../profile/probes.ts';
import { reportedAs } from '../../profile/falco-names.ts';
import type { RecordedReport } from '../../profile/recording.ts';
import { nameOf } from '../../profile/syscalls/names.ts';
import { recordFigure } from '../figure.ts';
import { killHard, processesWith } from '../integration/falco/fake.ts';
import { straceNumbers } from '../integration/tracer-ledger/numbers.ts';
import { compile } from '../integration/tracer-ledger/stage.ts';
import { calledBy, GATE_ARGS, openTracing, until, type Tracing } from '../integration/tracer-run/tracing.ts';
import { DELETING } from '../integration/wire/trace-server.ts';
import { realFalco } from './real-falco.ts';
import { installShell } from './watched-pod.ts';

const SECRET = 'hunter2-never-to-be-seen';

describe('a tracer with a real Falco', function () {
  let binary: string;
  let tracing: Tracing;
  let printed = '';

  before(function () {
    binary = realFalco(this);
  });

  beforeEach(async () => {
    tracing = await openTracing();
    installShell(tracing.node);
    printed = '';
  });

  afterEach(async () => {
    await tracing.close();
  });

  const falcoRoot = (): string => join(tracing.node.folder, 'falco');
  const section = (): FalcoSection | undefined => tracing.stored()?.falco;
  const falcos = (): number[] => processesWith(join(falcoRoot(), tracing.node.podUid, 'falco.yaml'));

  /** A tracer whose target waits at its gate until Falco has seen it. */
  async function begin(over: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
    const gate = tracing.node.start('flak-gate', GATE_ARGS);
    const wish = { FLAK_FALCO: 'required', FLAK_FALCO_BIN: binary, FLAK_FALCO_ROOT: falcoRoot() };
    // A machine that is busy with other things loads Falco's programs in ten seconds.
    const times = { FLAK_FALCO_WAIT_MS: '55000', FLAK_SNAPSHOT_MIN_MS: '500', FLAK_SNAPSHOT_MAX_MS: '500' };
    const tracer = tracing.startTracer({ ...wish, ...times, FLAK_LOG_LEVEL: 'trace', ...over }, 'pipe');
    for (const stream of [tracer.stdout, tracer.stderr])
      stream?.on('data', (chunk: Buffer) => (printed += String(chunk)));
    assert.equal(await gate.ended, 0);
    await until(() => tracing.stored() !== undefined);
    return tracer;
  }

  async function end(tracer: ChildProcess): Promise<RecordedReport> {
    tracing.server.pods.set(tracing.node.podUid, DELETING);
    assert.deepEqual(await once(tracer, 'exit'), [0, null], printed);
    const final = tracing.stored();
    assert.equal(final?.kind, 'final');
    return final;
  }

  const callsOf = (name: string): readonly string[] =>
    section()?.calls.find(({ container }) => container === name)?.names ?? [];

  it('agrees with the ledger on each container, but for what Falco never reports', async function () {
    const tracer = await begin();
    const { node } = tracing;
    assert.equal(await node.start('init', ['/bin/busybox', 'sh', '-c', 'ls / | wc -l; echo $(id)']).ended, 0);
    assert.equal(await node.start('app', ['/bin/workload', 'more']).ended, 0);
    await until(() => callsOf('app').includes('getpriority') || (section()?.drops ?? 0) > 0);
    const report = await end(tracer);
    const falco = report.falco as FalcoSection;
    assert.deepEqual([report.reasons, falco.state, falco.gaps], [[], 'ended', []]);
    assert.match(falco.version ?? '', /^\d+\.\d+\.\d+/);
    recordFigure(this, `Falco ${falco.version ?? ''}: armed to first event ${sinceArmed(report)} ms`);
    for (const name of ['init', 'app']) {
      const own = report.containers.filter((container) => container.name === name);
      const calls = own.flatMap(({ entries }) =>
        entries.flatMap(({ abi, origin, calls, denied }) =>
          [...calls, ...denied].map(({ nr }) => ({ abi, origin, name: nameOf(abi, nr) })),
        ),
      );
      const told = new Set(falco.calls.find(({ container }) => container === name)?.names);
      const explained = new Set(calls.flatMap((call) => reportedAs(call.abi, call.name)));
      assert.deepEqual([...told.difference(explained)], [], `${name}: Falco alone saw`);
      const reported = calls.filter((call) => reportedAs(call.abi, call.name).length > 0);
      const missed = reported.filter((call) => !reportedAs(call.abi, call.name).some((as) => told.has(as)));
      const missing = new Set(missed.map((call) => `${call.name} (${call.origin})`));
      const alone = missing.size === 0 ? 'none' : [...missing].join(', ');
      recordFigure(this, `${name}: ${told.size} calls by both, by the ledger alone ${alone}; ${falco.drops} drops`);
      // What the runtime does before it is in the container's cgroup Falco doesn't know as the container's.
      const byItself = new Set(calledBy(report, name).map((nr) => nameOf('x86_64', nr)));
      const unexpected = missed.map((call) => call.name).filter((call) => byItself.has(call));
      if (falco.drops === 0) assert.deepEqual(unexpected, []);
    }
  });

  it('says how many events were dropped under a busy loop, sheds the noise, and the ledger lacks nothing', async function () {
    const tracer = await begin();
    const { node } = tracing;
    compile('busy', join(node.folder, 'root/bin/busy'), join(import.meta.dirname, 'programs'));
    const noise = [1, 2].map(() => node.start('noise', ['/bin/busy']));
    await until(() => (section()?.drops ?? 0) > 0);
    await until(() => section()?.shed.includes('getppid') === true);
    assert.equal(await node.start('app', ['/bin/workload', 'more']).ended, 0);
    await until(() => section()?.gaps.some(({ why, to }) => why === 'overloaded' && to !== null) === true);
    for (const container of noise) container.kill();
    const report = await end(tracer);
    const { drops, events, shed, gaps } = report.falco as FalcoSection;
    recordFigure(
      this,
      `${drops} drops on the node, ${events} events of the target, shed ${shed.join(' ')}, ${gaps.length} gap(s)`,
    );
    const workload = join(node.folder, 'root/bin/workload');
    assert.deepEqual(calledBy(report, 'app'), straceNumbers(node.folder, workload, 'more'));
    assert.deepEqual(report.reasons, []);
  });

  it('starts a Falco that was killed again, and tells of the gap', async () => {
    const tracer = await begin();
    const app = tracing.node.start('app', ['/bin/sleeper']);
    await until(() => callsOf('app').includes('clock_nanosleep'));
    const [pid = 0] = falcos();
    killHard(pid);
    await until(() => section()?.gaps.some(({ why, to }) => why === 'crashed' && to !== null) === true);
    assert.equal(await tracing.node.start('late', ['/bin/workload']).ended, 0);
    await until(() => callsOf('late').includes('getpgid'));
    app.kill();
    const report = await end(tracer);
    assert.deepEqual(report.reasons, []);
    const [gap] = report.falco?.gaps ?? [];
    assert.ok(Date.parse(gap?.from ?? '') < Date.parse(gap?.to ?? ''), JSON.stringify(gap));
    assert.equal(report.falco?.gaps.length, 1);
  });

  it('takes Falco along when it is killed', async () => {
    const tracer = await begin();
    assert.equal(falcos().length, 1);
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    await until(() => falcos().length === 0);
  });

  it('lets no value of an environment and no argument into its log, its reports or a file of the node', async () => {
    const lines = join(tracing.node.folder, 'lines');
    const tracer = await begin({ FLAK_FILES: 'lines', FLAK_FILES_DIR: lines });
    const script = `/bin/busybox env SECRET=${SECRET} /bin/workload ${SECRET}; SECRET=${SECRET} /bin/workload`;
    const app = tracing.node.start('app', ['/bin/busybox', 'sh', '-c', script]);
    assert.equal(await app.ended, 0);
    await until(() => callsOf('app').includes('getpgid'));
    const duringRun = filesWith(SECRET, falcoRoot(), lines, join(tracing.node.folder, 'containers'));
    const report = await end(tracer);
    assert.ok(printed.includes('Falco watches the target'));
    assert.ok(report.files !== undefined);
    assert.deepEqual(duringRun, []);
    assert.ok(!printed.includes(SECRET) && !JSON.stringify(report).includes(SECRET));
    assert.deepEqual(filesWith(SECRET, falcoRoot(), lines, join(tracing.node.folder, 'containers')), []);
  });
});

function sinceArmed({ armedAt, falco }: RecordedReport): number {
  return Date.parse(falco?.readyAt ?? '') - Date.parse(armedAt);
}

/** Files below these folders that hold the text. */
function filesWith(text: string, ...folders: readonly string[]): string[] {
  const paths = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))));
  return paths.filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}
