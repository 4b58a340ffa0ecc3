import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashesOfCommand } from '../../../profile/exec-hash.ts';
import type { Origin } from '../../../profile/recording.ts';
import { skipBecause } from '../../skip.ts';
import type { Slot } from '../../../tracer/ledger/ledger.ts';
import { makeBundle, makeRoot, runc } from './bundles.ts';
import { calledBy } from './numbers.ts';
import type { Stage } from './stage.ts';
import { openStage } from './stage.ts';

const PAUSE = 34;
/** Numbers that nothing here calls by itself, one for each command. */
const RARE = [36, 64, 66, 67, 68, 69, 70, 71, 98, 99, 100, 103, 109, 111, 115, 121];

interface Case {
  readonly what: string;
  /** As it stands in the pod's spec: a probe of the pod, where it is known. */
  readonly argv: (call: string) => readonly string[];
  readonly known: boolean;
  readonly origin: Origin;
}

const probe = (what: string, argv: Case['argv']): Case => ({ what, argv, known: true, origin: 'exec:probe' });
const foreign = (what: string, argv: Case['argv']): Case => ({ what, argv, known: false, origin: 'exec:foreign' });

const CASES: readonly Case[] = [
  probe('a program by its path', (call) => ['/bin/target', call]),
  probe('a program that is found in PATH', (call) => ['target', call]),
  probe('a script by its path', (call) => ['/bin/plain-script', call, 'two words']),
  probe('a script whose interpreter has an option', (call) => ['/bin/option-script', call]),
  probe('a script that is found in PATH', (call) => ['plain-script', call]),
  probe('a script whose interpreter has an option, found in PATH', (call) => ['option-script', call, '']),
  probe('a script that another script interprets', (call) => ['/bin/nested-script', call]),
  probe('a command of nearly 4096 bytes', (call) => ['/bin/target', call, 'x'.repeat(4000)]),
  {
    what: 'a command of more than 4096 bytes, which can’t be matched',
    argv: (call) => ['/bin/target', call, 'x'.repeat(5000)],
    known: true,
    origin: 'exec:foreign',
  },
  foreign('a program that no probe names', (call) => ['/bin/target', call]),
  foreign('a script that no probe names', (call) => ['/bin/plain-script', call]),
  foreign('a program by another path than the probe’s', (call) => ['/bin/../bin/target', call]),
];

describe('exec probes and hooks, told from strangers by their command', function () {
  let stage: Stage;
  let slot: Slot;
  const commands = CASES.map((one, place) => one.argv(`call:${RARE[place]}`));

  before(async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'starting containers takes root');
    stage = openStage();
    const pod = stage.pod();
    const known = commands.filter((_, place) => CASES[place]?.known);
    slot = await stage.join({ ...pod, target: { ...pod.target, execHashes: known.flatMap(hashesOfCommand) } });
    const root = makeRoot(stage.folder, 'number');
    writeScript(root, 'plain-script', '/bin/target');
    writeScript(root, 'option-script', '/bin/target an-option');
    writeScript(root, 'nested-script', '/bin/plain-script an-option');
    const bundle = makeBundle(stage.folder, root, pod, 'main', {
      args: ['/bin/target', 'wait'],
      noNewPrivileges: true,
    });
    runc(stage.folder, 'run', '--detach', '--bundle', bundle, 'main');
    await untilItWaits();
  });
  after(async () => {
    runc(stage.folder, 'delete', '--force', 'main');
    await slot.leave();
    stage[Symbol.dispose]();
  });

  function writeScript(root: string, name: string, interpreter: string): void {
    writeFileSync(join(root, 'bin', name), `#!${interpreter}\n`);
    chmodSync(join(root, 'bin', name), 0o755);
  }

  function calls(...origins: Origin[]): number[] {
    return calledBy(slot.read().containers[0], 'x86_64', ...origins);
  }

  /** For ten seconds at most. */
  async function untilItWaits(): Promise<void> {
    for (let turn = 0; turn < 500 && !calls('startup').includes(PAUSE); turn++) await sleep(20);
  }

  CASES.forEach(({ what, origin }, place) => {
    it(`${what} is ${origin}`, () => {
      runc(stage.folder, 'exec', 'main', ...(commands[place] ?? []));
      const origins = (['setup', 'startup', 'serving', 'exec:probe', 'exec:foreign'] as const).filter((one) =>
        calls(one).includes(RARE[place] ?? -1),
      );
      assert.deepEqual(origins, [origin]);
    });
  });

  it('leaves what a stranger and a probe do before they execute their program to set-up', () => {
    const capset = 126;
    assert.ok(!calls('exec:probe', 'exec:foreign', 'startup').includes(capset));
    assert.ok(calls('setup').includes(capset));
  });
});
