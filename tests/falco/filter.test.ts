import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_FIELDS, FILE_FIELDS, HARMLESS_FIELDS } from '../../tracer/falco/fields.ts';
import { parseLine } from '../../tracer/falco/parse-line.ts';
import { openNodeStage } from '../integration/tracer-run/node-stage.ts';
import { until } from '../integration/tracer-run/tracing.ts';
import { realFalco } from './real-falco.ts';
import { installShell, watchPod, type WatchedPod } from './watched-pod.ts';

const SECRET = 'hunter2-never-to-be-seen';

describe('what a real Falco prints of a pod', function () {
  let binary: string;
  let pod: WatchedPod;

  before(async function () {
    binary = realFalco(this);
    pod = await watchPod(binary, HARMLESS_FIELDS);
  });

  after(async () => {
    await (pod as WatchedPod | undefined)?.dispose();
  });

  const eventsOf = (containerId: string): string[] =>
    pod.lines.flatMap((text) => {
      const line = parseLine(text, pod.podUid);
      return line.kind === 'event' && line.event.containerId === containerId ? [line.event.name] : [];
    });

  it('is nothing of another pod that does the same at the same time', async () => {
    const other = await openNodeStage();
    try {
      installShell(other);
      const [own, foreign] = [pod, other].map((node) => node.start('app', ['/bin/workload', 'more']));
      assert.deepEqual(await Promise.all([own?.ended, foreign?.ended]), [0, 0]);
      await until(() => eventsOf(own?.id ?? '').includes('getpriority'));
      await delay(1_000);
      assert.deepEqual(
        pod.lines.filter((line) => line.includes(other.podUid) || line.includes(foreign?.id ?? '')),
        [],
      );
      const strange = pod.lines.filter(
        (line) => line.includes('"rule":"flak"') && parseLine(line, pod.podUid).kind !== 'event',
      );
      assert.deepEqual(strange, []);
    } finally {
      await other.dispose();
    }
  });

  it('has the times of events as they are, above 2^53, in the order of time for each thread', async () => {
    const app = pod.start('app', ['/bin/workload']);
    await app.ended;
    await until(() => eventsOf(app.id).includes('sysinfo'));
    const events = pod.lines.flatMap((text) => {
      const line = parseLine(text, pod.podUid);
      return line.kind === 'event' && line.event.containerId === app.id ? [line.event] : [];
    });
    for (const { timeNs } of events) assert.ok(Math.abs(Number(timeNs / 1_000_000n) - Date.now()) < 600_000);
    for (const tid of new Set(events.map((event) => event.tid))) {
      const times = events.filter((event) => event.tid === tid).map(({ timeNs }) => timeNs);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => Number(a - b)),
      );
    }
  });

  it('has no value of an environment and no argument of a command, whatever fields are asked for', async () => {
    const command = `env SECRET=${SECRET} /bin/workload ${SECRET}; SECRET=${SECRET} /bin/workload`;
    const app = pod.start('app', ['/bin/busybox', 'sh', '-c', command.replace('env', '/bin/busybox env')]);
    assert.equal(await app.ended, 0);
    await until(() => eventsOf(app.id).filter((name) => name === 'execve').length >= 3);
    await delay(1_000);
    assert.deepEqual(
      pod.lines.filter((line) => line.includes(SECRET)),
      [],
    );
  });

  it('shows a shell that joins the running container from outside', async () => {
    const app = pod.start('app', ['/bin/sleeper']);
    await until(() => eventsOf(app.id).includes('clock_nanosleep'));
    assert.ok(!eventsOf(app.id).includes('getpgid'));
    app.exec('/bin/busybox', 'sh', '-c', '/bin/workload');
    await until(() => eventsOf(app.id).includes('getpgid'));
    app.kill();
    await app.ended;
  });

  it('goes on after all of this: each field that may be asked for is one that Falco can print', () => {
    assert.equal(pod.ended(), undefined);
    assert.ok(HARMLESS_FIELDS.length > EVENT_FIELDS.length + FILE_FIELDS.length);
    const printed = pod.lines.find((line) => line.includes('"rule":"flak"')) ?? '';
    for (const field of HARMLESS_FIELDS) assert.ok(printed.includes(`"${field}":`), `${field} in ${printed}`);
  });
});
