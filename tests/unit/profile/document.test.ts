import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { ProfileDocument } from '../../../profile/document.ts';
import { readProfile } from '../../../profile/document.ts';
import { toOperatorProfile } from '../../../profile/spo.ts';
import { webProfile, webStatus, WORKLOAD } from './web-profile.ts';

function read(content: unknown): ProfileDocument {
  const reading = readProfile(typeof content === 'string' ? content : JSON.stringify(content), 'web.json');
  assert.equal(reading.kind, 'read', JSON.stringify(reading));
  return reading.document;
}

function refusal(text: string): string {
  const reading = readProfile(text, 'web.json');
  assert.equal(reading.kind, 'unreadable');
  return reading.why;
}

const flak = webProfile(2);
const spec = { workload: WORKLOAD, container: 'nginx' };

describe('reading a profile', () => {
  it('takes an OCI file as rules of which nothing more is known', () => {
    const { seccomp, recorded } = read(flak.seccomp);
    assert.equal(recorded, null);
    assert.deepEqual(seccomp.architectures, ['SCMP_ARCH_X86_64']);
    assert.ok(seccomp.rules.some(({ names }) => names.includes('accept4')));
  });

  it("takes Flak's format with everything in it", () => {
    const { recorded, seccomp } = read(flak);
    assert.deepEqual([recorded?.workload, recorded?.container], [WORKLOAD, 'nginx']);
    assert.deepEqual(recorded?.revisions[0].contributors, flak.contributors);
    assert.equal(recorded.groups?.length, flak.groups.length);
    assert.deepEqual(seccomp, read(flak.seccomp).seccomp);
  });

  it('takes an object of the cluster, as JSON or YAML, with all its revisions', () => {
    const object = {
      apiVersion: 'flak.dev/v1alpha1',
      kind: 'SyscallProfile',
      metadata: {},
      spec,
      status: webStatus(2),
    };
    assert.deepEqual(read(object), read(stringify(object)));
    assert.deepEqual(read(object).recorded?.revisions, webStatus(2).revisions);
    assert.deepEqual(read(object).seccomp, read(flak.seccomp).seccomp);
  });

  it("takes the security-profiles-operator's", () => {
    const operators = toOperatorProfile('web', 'observed', read(flak.seccomp).seccomp);
    assert.deepEqual(read(stringify(operators)).seccomp.rules.length, read(flak.seccomp).seccomp.rules.length);
  });

  it('says of anything else what it is', () => {
    const empty = { kind: 'SyscallProfile', spec, status: { ...webStatus(1), revisions: [] } };
    const garbled = { kind: 'SyscallProfile', spec, status: { ...webStatus(1), seccomp: '{"defaultAction"' } };
    for (const [text, words] of [
      ['', /^is empty$/],
      [' \n', /^is empty$/],
      ['[1, 2]', /^holds no object$/],
      ['read\nwrite\n', /^holds no object$/],
      [JSON.stringify(flak).slice(0, 4000), /^is cut off, or no JSON: /],
      ['a: [b', /^is cut off, or no JSON or YAML: /],
      ['{"kind":"Pod"}', /^is a Pod, which is no profile$/],
      ['{"defaultAction":"ALLOW"}', /^is no seccomp profile that this version knows \(defaultAction: /],
      ['{}', /^is no seccomp profile that this version knows \(defaultAction: /],
      ['{"format":"flak/v9"}', /^is no Flak profile that this version knows \(/],
      ['{"kind":"SyscallProfile","spec":1}', /^is no SyscallProfile that this version knows \(spec: /],
      [JSON.stringify(empty), /nothing is recorded yet$/],
      [JSON.stringify(garbled), /^holds rules that can't be read: its text is cut off/],
    ] as const)
      assert.match(refusal(text), words);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readProfile(text, 'x');
      }),
    );
    const whole = JSON.stringify(flak);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        assert.equal(readProfile(whole.slice(0, length), 'x').kind, 'unreadable');
      }),
    );
  });
});
