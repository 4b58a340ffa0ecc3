import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProfileDocument } from '../../../profile/document.ts';
import { readProfile } from '../../../profile/document.ts';
import { effectsOf } from '../../../profile/effect.ts';
import type { Merging, MergeOptions } from '../../../profile/merge-documents.ts';
import { mergeDocuments } from '../../../profile/merge-documents.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { toFlakFormat } from '../../../profile/flak-format.ts';
import { newestOf, webProfile, webStatus, WORKLOAD } from './web-profile.ts';

function document(content: object): ProfileDocument {
  const reading = readProfile(JSON.stringify(content), 'x.json');
  assert.equal(reading.kind, 'read', JSON.stringify(reading));
  return reading.document;
}

const rules = (syscalls: readonly object[], more: object = {}): ProfileDocument =>
  document({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64'],
    ...more,
    syscalls,
  });
const IMAGE: MergeOptions = { acrossImages: false, rulesDo: false };
const ACROSS: MergeOptions = { ...IMAGE, acrossImages: true };
const allow = (names: string[], args: object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });
const equals = (value: number) => ({ index: 0, value, op: 'SCMP_CMP_EQ' });

function merged<K extends Merging['kind']>(kind: K, merging: Merging): Extract<Merging, { kind: K }> {
  assert.equal(merging.kind, kind, JSON.stringify(merging).slice(0, 300));
  return merging as Extract<Merging, { kind: K }>;
}

describe('merging profiles at hand', () => {
  it('of one container by their recordings, as the control plane would', () => {
    const { merged: flak } = merged(
      'recordings',
      mergeDocuments([document(webProfile(2)), document(webProfile(8))], IMAGE),
    );
    assert.deepEqual(flak, webProfile(8));
  });

  it('never of two images, unless asked', () => {
    const other = document(
      toFlakFormat(WORKLOAD, 'nginx', newestOf(webStatus(1, 'docker.io/library/nginx:1')), declaredGroups()),
    );
    const renamed = { ...webProfile(1), imageDigest: 'nginx@sha256:2', lastRecordedAt: '2027-01-01T00:00:00Z' };
    const both = [other, document(renamed)];
    assert.match(merged('impossible', mergeDocuments(both, IMAGE)).why, /different images.*--across-images/);
    const { merged: flak } = merged('recordings', mergeDocuments(both, ACROSS));
    assert.equal(flak.imageDigest, 'nginx@sha256:2');
  });

  it('never of two containers', () => {
    const sidecar = document({ ...webProfile(1), container: 'log' });
    assert.match(
      merged('impossible', mergeDocuments([document(webProfile(1)), sidecar], ACROSS)).why,
      /container nginx.*container log.*--format oci merges their rules/,
    );
  });

  it('of two containers by their rules, where rules are all that is asked for', () => {
    const sidecar = document({
      ...webProfile(1),
      container: 'log',
      seccomp: { ...webProfile(1).seccomp, syscalls: [allow(['bpf'])] },
    });
    const rulesDo: MergeOptions = { ...IMAGE, rulesDo: true };
    const { merged: file } = merged('rules', mergeDocuments([document(webProfile(1)), sidecar], rulesDo));
    const names = file.syscalls.flatMap((rule) => rule.names);
    assert.ok(names.includes('bpf') && names.includes('read'));
    assert.equal(mergeDocuments([document(webProfile(1)), document(webProfile(2))], rulesDo).kind, 'recordings');
  });

  it('by their rules where one has no more: what any allows is allowed', () => {
    const { merged: file } = merged(
      'rules',
      mergeDocuments(
        [
          rules([
            allow(['read']),
            allow(['socket'], [equals(1)]),
            { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
          ]),
          rules([allow(['write']), allow(['socket'], [equals(2)])], { architectures: ['SCMP_ARCH_X86'] }),
          rules([{ names: ['write'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 }]),
        ],
        IMAGE,
      ),
    );
    assert.deepEqual(file.architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
    const texts = [...effectsOf(ociProfileSchema.parse(file))].map(([name, { text }]) => `${name}: ${text}`);
    assert.deepEqual(texts, [
      'clone3: answered ENOSYS',
      'read: allowed',
      'socket: allowed if domain == AF_INET or domain == AF_UNIX',
      'write: allowed',
    ]);
  });

  it('by their rules keeps no rule that another makes idle', () => {
    const narrowed = rules([allow(['socket'], [equals(1)])]);
    const { merged: file } = merged('rules', mergeDocuments([narrowed, rules([allow(['socket'])]), narrowed], IMAGE));
    assert.deepEqual(file.syscalls, [{ names: ['socket'], action: 'SCMP_ACT_ALLOW' }]);
  });

  it('by their rules is the same in any order, and of one with itself nothing new', () => {
    const rule = fc.record({
      names: fc.uniqueArray(fc.constantFrom('read', 'write', 'socket'), { minLength: 1 }),
      action: fc.constant('SCMP_ACT_ALLOW'),
      args: fc.constantFrom([], [equals(1)], [equals(2)]),
    });
    const some = fc.array(rule, { maxLength: 4 }).map((list) => rules(list));
    const texts = (documents: ProfileDocument[]): string[] => {
      const { merged: file } = merged('rules', mergeDocuments(documents, IMAGE));
      return [...effectsOf(ociProfileSchema.parse(file))].map(([name, { text }]) => `${name}: ${text}`);
    };
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        assert.deepEqual(texts([a, b, c]), texts([c, a, b]));
        assert.deepEqual(
          texts([a, a]),
          [...effectsOf(a.seccomp)].map(([name, { text }]) => `${name}: ${text}`),
        );
      }),
    );
  });

  it('by rules is refused where the result would mean something else', () => {
    const killing = rules([], { defaultAction: 'SCMP_ACT_KILL' });
    assert.match(merged('impossible', mergeDocuments([rules([]), killing], IMAGE)).why, /by default/);
    const scoped = rules([{ ...allow(['bpf']), includes: { caps: ['CAP_BPF'] } }]);
    assert.match(
      merged('impossible', mergeDocuments([rules([]), scoped], IMAGE)).why,
      /^x.json has rules for some containers only/,
    );
    assert.match(merged('impossible', mergeDocuments([], IMAGE)).why, /nothing to merge/);
  });
});
