import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accessOf } from '../../profile/files/access.ts';
import { FILE_FIELDS } from '../../profile/files/file-event.ts';
import { linesOf } from '../../profile/files/flak-line.ts';
import { createUseGatherer } from '../../profile/files/file-uses.ts';
import { LINE_CALLS, operationOf } from '../../profile/files/operations.ts';
import { nameOf } from '../../profile/syscalls/names.ts';
import { FILE_FIELDS as EVENT_FILE_FIELDS } from '../../tracer/falco/fields.ts';
import type { FalcoEvent } from '../../tracer/falco/event.ts';
import { parseLine } from '../../tracer/falco/parse-line.ts';
import { until } from '../integration/tracer-run/tracing.ts';
import { countCalls } from './count-calls.ts';
import { realFalco } from './real-falco.ts';
import { watchPod, type WatchedPod } from './watched-pod.ts';

/** As FLAK's dashboard has it. */
const DASHBOARD = /^(\d+)\s+\{pid=(\d+)\s+tid=(\d+)\s+proc=([^}]+)\}\{(EN|EX)\s+([^}]+)\}(?:\{([^}]*)\})?$/;
const OPTIONS = { command: 'filer', maxStringBytes: 150 };
const TIMES = 200;

/** The kernel's names of the calls that lines are about, by those of the lines. */
const KERNEL_NAMES: Readonly<Record<string, string>> = { newstat: 'stat', newlstat: 'lstat' };

describe('file accesses as a real Falco sees them', function () {
  let pod: WatchedPod;
  let scratch: string;
  let events: readonly FalcoEvent[];
  let counted: ReadonlyMap<string, number>;

  before(async function () {
    const binary = realFalco(this);
    pod = await watchPod(binary, [...EVENT_FILE_FIELDS, ...FILE_FIELDS]);
    scratch = join(pod.folder, 'root/tmp');
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', scratch]);
    const program = join(import.meta.dirname, 'programs/filer.c');
    execFileSync('cc', ['-O1', '-static', '-o', join(pod.folder, 'root/bin/filer'), program]);
    const count = await countCalls('filer');
    const app = pod.start('app', ['/bin/filer', String(TIMES)]);
    assert.equal(await app.ended, 0);
    const own = (): FalcoEvent[] =>
      pod.lines.flatMap((text) => {
        const line = parseLine(text, pod.podUid);
        return line.kind === 'event' && line.event.containerId === app.id ? [line.event] : [];
      });
    await until(() => own().some(({ name, comm }) => name === 'unlink' && comm === 'filer'));
    await delay(1_000);
    events = own();
    counted = new Map([...(await count.stop())].map(([number, calls]) => [nameOf('x86_64', number), calls]));
    const kept = process.env['FLAK_KEEP_STREAM'];
    if (kept !== undefined) writeFileSync(kept, pod.lines.filter((line) => line.includes(app.id)).join('\n') + '\n');
  });

  after(async () => {
    if ((scratch as string | undefined) !== undefined) execFileSync('umount', [scratch]);
    await (pod as WatchedPod | undefined)?.dispose();
  });

  /** Falco's own count; of the whole node. */
  const drops = (): number =>
    Math.max(
      0,
      ...pod.lines
        .map((text) => parseLine(text, pod.podUid))
        .map((line) => (line.kind === 'metrics' ? line.metrics.drops : 0)),
    );
  const texts = (): string[] => events.flatMap((event) => linesOf(event, OPTIONS)?.text.split('\n').slice(0, 2) ?? []);

  it('are as many per operation as bpftrace counted, but for what Falco says it dropped', () => {
    const lines = texts().map((line) => DASHBOARD.exec(line));
    const missing = LINE_CALLS.map((call) => {
      const operation = operationOf(call)?.name ?? '';
      const [entered = 0, left = 0] = ['EN', 'EX'].map(
        (kind) => lines.filter((line) => line?.[5] === kind && line[6] === operation).length,
      );
      assert.equal(entered, left, operation);
      const calls = counted.get(KERNEL_NAMES[operation] ?? operation) ?? 0;
      assert.ok(left <= calls, `${operation}: ${left} of ${calls}`);
      assert.ok(calls >= TIMES, `${operation}: ${calls}`);
      return calls - left;
    });
    const lost = missing.reduce((sum, each) => sum + each, 0);
    assert.ok(lost <= drops(), `${lost} lines are missing, and Falco says that it dropped ${drops()} events`);
  });

  it('can be read by the dashboard, line by line, with the arguments that the program gave', () => {
    const lines = texts();
    for (const line of lines) assert.match(line, DASHBOARD);
    const has = (text: string): void => {
      assert.ok(
        lines.some((line) => line.endsWith(text)),
        `no line ends with ${text}`,
      );
    };
    has('{EN creat}{fname=/tmp/made\\x20\\x7bodd\\x7d\\x20name}');
    has('{EN openat}{fname=/tmp/missing\\x0aline}');
    has('{EX openat}{ret=-2}');
    has('{EN newstat}{fname=/tmp/file}');
    has('{EN newlstat}{fname=/tmp/missing}');
    has('{EN newfstatat}{fname=/tmp/file}');
    has('{EN write}{fd=4 count=4096}');
    has('{EN pwritev}{fd=4 count=30}');
    has('{EN read}{fd=999 count=1}');
    has('{EX read}{ret=-9}');
    has('{EN dup}{fd=4}');
    has('{EN dup2}{oldfd=4 newfd=100}');
    has('{EN dup3}{oldfd=4 newfd=101}');
    has('{EN close}{fd=999}');
  });

  it('show a mapping where it was made, and where it is given up', () => {
    const lines = texts();
    const [, made] =
      lines.map((line) => /\{EX mmap\}\{ret=(\d+)\}$/.exec(line)).findLast((found) => found !== null) ?? [];
    assert.ok(made !== undefined);
    assert.ok(lines.some((line) => line.endsWith(`{EN munmap}{addr=${made} len=4096}`)));
  });

  it('sum up to what the program did with which path', () => {
    const gatherer = createUseGatherer();
    for (const access of events.filter(({ comm }) => comm === 'filer').flatMap(accessOf)) gatherer.add(access);
    const paths = gatherer.paths();
    const accessTo = (path: string) => paths.find((entry) => entry.path === path)?.access;
    assert.deepEqual(accessTo('/tmp/file'), ['read', 'written', 'created', 'mapped']);
    assert.deepEqual(accessTo('/tmp/made {odd} name'), ['written', 'created']);
    assert.deepEqual(accessTo('/tmp/folder'), ['created']);
    assert.deepEqual(accessTo('/tmp/folder/file'), ['created']);
    assert.deepEqual(accessTo('/bin/filer'), ['executed']);
    assert.equal(
      paths.some(({ path }) => path.includes('missing')),
      false,
    );
  });
});
