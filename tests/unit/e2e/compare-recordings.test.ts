import assert from 'node:assert/strict';
import type { ContainerRecording } from '../../../profile/recording.ts';
import { cgroupsOf, deniedCalls, independentCalls, recordedCalls } from '../../e2e/compare-recordings.ts';
import type { MachineRecording } from '../../e2e/recorder-output.ts';

const ID = 'c0ffee';

function call(nr: number): { nr: number; firstSeenNs: string } {
  return { nr, firstSeenNs: '1' };
}

const recording: ContainerRecording = {
  containerId: ID,
  name: 'main',
  kind: 'container',
  runtime: null,
  entries: [
    { abi: 'x86_64', origin: 'setup', calls: [call(0), call(1)], denied: [], arguments: [] },
    { abi: 'x86_64', origin: 'startup', calls: [call(1)], denied: [{ ...call(435), errno: 38 }], arguments: [] },
    { abi: 'i386', origin: 'startup', calls: [call(20)], denied: [], arguments: [] },
  ],
};

function machine(calls: MachineRecording['calls']): MachineRecording {
  const cgroups = new Map([
    [7n, `/kubepods/pod1/${ID}`],
    [8n, `/kubepods/pod1/${ID}/nested`],
    [9n, '/kubepods/pod1/other'],
  ]);
  return { calls, cgroups, firstNs: new Map(), rows: 0 };
}

describe('comparing recordings', () => {
  it('takes all origins together, and denied calls by themselves', () => {
    assert.deepEqual(recordedCalls(recording), ['i386 getpid', 'x86_64 read', 'x86_64 write']);
    assert.deepEqual(deniedCalls(recording), ['x86_64 clone3']);
  });

  it("finds a container's cgroups by its id, nested ones too", () => {
    assert.deepEqual(cgroupsOf(machine(new Map()), ID), [7n, 8n]);
  });

  it('tells the interfaces apart by which the machine was called', () => {
    const seen = machine(
      new Map([
        [7n, [{ program: 'a', nr: 1, compat: false }]],
        [
          8n,
          [
            { program: 'a', nr: 20, compat: true },
            { program: 'a', nr: 0x40000000 + 39, compat: false },
          ],
        ],
        [9n, [{ program: 'a', nr: 59, compat: false }]],
      ]),
    );
    assert.deepEqual(independentCalls(seen, ID), ['i386 getpid', 'x32 getpid', 'x86_64 write']);
  });
});
