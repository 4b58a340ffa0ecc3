/**
 * A FAKE Falco for tests of faults: it watches nothing. It prints what a Falco would print that sees the containers it is told of, and
 * then misbehaves as it is told. Called as `fake-falco.ts FAULT CONTAINERS -c CONFIGURATION`, where CONTAINERS is a file with
 * one container ID per line.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export const FAULTS = [
  'none',
  'hangs',
  'exits',
  'floods',
  'garbage',
  'dies-in-a-line',
  'starts-slowly',
  'ignores-sigterm',
  'drops',
] as const;
export type Fault = (typeof FAULTS)[number];

interface Configuration {
  readonly rules_files: readonly [string];
  readonly base_syscalls: { readonly custom_set: readonly string[] };
}

const [fault, containersFile = '', , configurationFile = ''] = process.argv.slice(2) as [Fault, ...string[]];
let printed = 0;

function lineOf(rule: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ hostname: 'n', priority: 'Debug', rule, source: 'syscall', output_fields: fields });
}

/** @param place of its container below the pod's cgroup; empty: of the pod's own processes */
function eventLine(podUid: string, place: string, name: string): string {
  const line = lineOf('flak', {
    'evt.rawres': 0,
    'evt.time': 0,
    'evt.type': name,
    'proc.name': 'fake',
    'proc.pid': 4711,
    'thread.cgroups': `cpu=/kubepods/besteffort/pod${podUid}${place}`,
    'thread.tid': 4711,
  });
  // As a number above 2^53, which JSON.stringify can't write.
  return line.replace('"evt.time":0', `"evt.time":${Date.now()}000001`);
}

function metricsLine(drops: number): string {
  const fields = { 'falco.version': '0.0.0-fake', 'scap.n_evts': (printed += 1000), 'scap.n_drops': drops };
  return lineOf('Falco internal: metrics snapshot', fields);
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

function containers(): string[] {
  return existsSync(containersFile) ? readFileSync(containersFile, 'utf8').split('\n').filter(Boolean) : [];
}

/** Until it is killed: it sees the pod at once, and each container call pread64 and openat ten times a second. */
async function watch(podUid: string, dropsPerTurn: number): Promise<never> {
  await print(`${eventLine(podUid, '', 'read')}\n`);
  for (let turn = 0; ; turn += 1) {
    const events = containers().flatMap((id) =>
      ['openat', 'pread', 'procexit'].map((n) => eventLine(podUid, `/${id}`, n)),
    );
    await print([...events, metricsLine(turn * dropsPerTurn), ''].join('\n'));
    await delay(100);
  }
}

async function misbehave(podUid: string, shed: readonly string[]): Promise<void> {
  switch (fault) {
    case 'hangs':
      await delay(2 ** 30);
      return;
    case 'exits':
      process.stderr.write('Error: this one was made to fail\n');
      process.exit(1);
      return;
    case 'floods':
      for (const line = `${eventLine(podUid, `/${containers()[0] ?? 'none'}`, 'read')}\n`.repeat(500); ;)
        await print(line);
    case 'garbage':
      for (const bytes = '\u0000{"rule":"flak"'.repeat(10_000); ;) await print(bytes);
    case 'dies-in-a-line':
      while (containers().length === 0) await delay(10);
      await print(`${eventLine(podUid, `/${containers()[0] ?? ''}`, 'openat')}\n{"rule":"flak","output_fi`);
      await delay(200);
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'starts-slowly':
      await delay(5_000);
      return watch(podUid, 0);
    case 'drops':
      return watch(podUid, shed.length > 3 ? 0 : 500);
    case 'ignores-sigterm':
      process.on('SIGTERM', () => undefined);
      return watch(podUid, 0);
    case 'none':
      return watch(podUid, 0);
  }
}

const configuration = JSON.parse(readFileSync(configurationFile, 'utf8')) as Configuration;
const rules = readFileSync(configuration.rules_files[0], 'utf8');
const podUid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(rules)?.[0] ?? '';
process.stdout.write('Not a line of JSON, as Falco prints some\n');
await misbehave(podUid, configuration.base_syscalls.custom_set);
