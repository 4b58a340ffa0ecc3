import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completenessOf } from '../../../profile/completeness.ts';
import { mergeContribution, mergeStatuses } from '../../../profile/merge.ts';
import type { Contribution, ProfiledCall, SyscallProfileStatus } from '../../../profile/syscall-profile.ts';
import { KEPT } from '../../../profile/kept.ts';
import { syscallProfileStatusSchema } from '../../../profile/syscall-profile.ts';
import { contribution } from './arbitrary.ts';

const options = { groups: [] };

function mergeAll(contributions: readonly Contribution[]): SyscallProfileStatus | undefined {
  return contributions.reduce<SyscallProfileStatus | undefined>(
    (status, next) => mergeContribution(status, next, options),
    undefined,
  );
}

function contributionOf(index: number, more: Partial<Contribution> = {}): Contribution {
  const endedAt = new Date(Date.UTC(2025, 0, 1) + index * 60_000).toISOString();
  return {
    imageDigest: 'web@sha256:1',
    image: 'web:1',
    calls: [{ abi: 'x86_64', name: 'read', origins: ['startup'] }],
    contributor: {
      traceUid: `trace-${index}`,
      pod: `web-${index}`,
      node: 'n1',
      kernel: '6.1.0',
      architecture: 'x86_64',
      runtime: 'runc',
      armedAt: '2025-01-01T00:00:00Z',
      endedAt,
      completeness: completenessOf([], []),
    },
    ...more,
  };
}

describe('merging contributions', () => {
  const some = fc.array(contribution, { minLength: 1, maxLength: 8 });

  it('gives the same profile in whatever order they come', () => {
    fc.assert(
      fc.property(
        some.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          assert.deepEqual(mergeAll(shuffled), mergeAll(list));
        },
      ),
    );
  });

  it('gives the same profile however they are grouped', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        const [x, y, z] = [a, b, c].map(mergeAll) as [SyscallProfileStatus, SyscallProfileStatus, SyscallProfileStatus];
        assert.deepEqual(
          mergeStatuses(mergeStatuses(x, y, options), z, options),
          mergeStatuses(x, mergeStatuses(y, z, options), options),
        );
      }),
    );
  });

  it('changes nothing when one is merged again', () => {
    fc.assert(
      fc.property(some, fc.nat(), (list, pick) => {
        const merged = mergeAll(list);
        const again = list[pick % list.length] as Contribution;
        assert.deepEqual(mergeContribution(merged, again, options), merged);
      }),
    );
  });

  it('earns `stable` by traces that agree, and loses it again to one that differs', () => {
    const armedAt = '2025-01-01T00:00:00Z';
    const saw = (index: number, name: string): Contribution => {
      const { contributor, ...rest } = contributionOf(index + 10);
      const seenBy = [`t${index}`];
      return {
        ...rest,
        contributor: { ...contributor, traceUid: `t${index}` },
        calls: [{ abi: 'x86_64', name, origins: ['serving'], firstSeenAt: armedAt, seenBy }],
      };
    };
    const agreeing = Array.from({ length: 10 }, (_, index) => saw(index, 'read'));
    const stable = mergeAll(agreeing);
    assert.equal(stable?.completeness.level, 'stable');
    assert.equal(stable.revisions[0]?.calls[0]?.seenBy?.length, KEPT.seenBy);
    assert.equal(mergeAll([...agreeing, saw(10, 'write')])?.completeness.level, 'observed');
  });

  it('always fits the stored schema', () => {
    fc.assert(
      fc.property(some, (list) => {
        syscallProfileStatusSchema.parse(mergeAll(list));
      }),
    );
  });

  it('never claims more than its least complete contributor of that image', () => {
    fc.assert(
      fc.property(some, (list) => {
        for (const revision of mergeAll(list)?.revisions ?? []) {
          const own = list.filter(({ imageDigest }) => imageDigest === revision.imageDigest);
          const partial = own.some(({ contributor }) => contributor.completeness.level === 'partial');
          assert.equal(revision.completeness.level === 'partial', partial);
        }
      }),
    );
  });

  it('starts a revision per image digest, the one recorded last first, which the summary is about', () => {
    const write: ProfiledCall = { abi: 'x86_64', name: 'write', origins: ['exec:probe'] };
    const setup: ProfiledCall = { abi: 'x86_64', name: 'mount', origins: ['setup'] };
    const status = mergeAll([
      contributionOf(2, { imageDigest: 'web@sha256:2', image: 'web:2', calls: [write, setup] }),
      contributionOf(1),
      contributionOf(3, { imageDigest: 'web@sha256:2', image: 'web:2' }),
    ]);
    assert.deepEqual(
      status?.revisions.map(({ image, contributors }) => [image, contributors.map(({ traceUid }) => traceUid)]),
      [
        ['web:2', ['trace-3', 'trace-2']],
        ['web:1', ['trace-1']],
      ],
    );
    assert.equal(status.contributorCount, 2);
    assert.equal(status.syscallCount, 2);
    assert.match(status.seccomp, /"write"/);
    assert.doesNotMatch(status.seccomp, /"mount"/);
  });

  it('counts two containers of one second both', () => {
    const status = mergeAll([contributionOf(1), contributionOf(2), contributionOf(1)]);
    assert.equal(status?.contributorCount, 2);
  });

  it('takes the later facts of a trace that is merged twice, and the reasons of both', () => {
    const first = contributionOf(1);
    const snapshot = { ...first.contributor, completeness: completenessOf(['flush-deadline'], []) };
    const later = { ...first.contributor, endedAt: '2025-01-02T00:00:00Z', runtime: 'crun' };
    const status = mergeAll([
      { ...first, contributor: later },
      { ...first, contributor: snapshot },
    ]);
    const [contributor] = status?.revisions[0]?.contributors ?? [];
    assert.deepEqual(contributor, { ...later, completeness: completenessOf(['flush-deadline'], []) });
  });

  it("goes by the latest contributor's word on rules about arguments", () => {
    const values = [{ origin: 'startup' as const, indices: [0, 1, 2], tuples: ['2,1,0'], wide: false }];
    const socket: ProfiledCall = { abi: 'x86_64', name: 'socket', origins: ['startup'], arguments: values };
    const saying = (index: number, argumentRules?: 'off'): Contribution => {
      const { contributor, ...rest } = contributionOf(index, { calls: [socket] });
      return { ...rest, contributor: { ...contributor, ...(argumentRules && { argumentRules }) } };
    };
    const rulesOf = (...list: readonly Contribution[]): number => mergeAll(list)?.seccomp.match(/"args"/g)?.length ?? 0;
    assert.ok(rulesOf(saying(1)) > 0);
    assert.equal(rulesOf(saying(1), saying(2, 'off')), 0);
    assert.equal(rulesOf(saying(2, 'off'), saying(1)), 0);
    assert.ok(rulesOf(saying(1, 'off'), saying(2)) > 0);
  });

  it('keeps the newest contributors within the bound and counts the rest', () => {
    const all = Array.from({ length: KEPT.contributors + 5 }, (_, index) => contributionOf(index));
    const status = mergeAll(all);
    assert.equal(status?.revisions[0]?.contributors.length, KEPT.contributors);
    assert.equal(status.revisions[0].contributorsDropped, 5);
    assert.equal(status.contributorCount, KEPT.contributors + 5);
    assert.equal(status.revisions[0].contributors[0]?.traceUid, `trace-${KEPT.contributors + 4}`);
    const kept = contributionOf(KEPT.contributors);
    assert.deepEqual(mergeContribution(status, kept, options), status);
  });

  it('keeps the newest revisions within the bound and counts the rest', () => {
    const all = Array.from({ length: KEPT.revisions + 3 }, (_, index) =>
      contributionOf(index, { imageDigest: `web@sha256:${index}` }),
    );
    const status = mergeAll(all);
    assert.equal(status?.revisions.length, KEPT.revisions);
    assert.equal(status.revisionsDropped, 3);
    assert.equal(status.revisions[0]?.imageDigest, `web@sha256:${KEPT.revisions + 2}`);
  });

  it('drops old revisions rather than outgrow what the API server stores, but never the newest', () => {
    const long = 'x'.repeat(KEPT.revisionBytes / 2);
    const status = mergeAll(
      [0, 1, 2].map((index) => contributionOf(index, { imageDigest: `web@sha256:${index}`, image: long })),
    );
    assert.deepEqual([status?.revisions.length, status?.revisionsDropped], [1, 2]);
    const huge = contributionOf(9, { imageDigest: 'huge', image: long + long });
    assert.deepEqual(
      mergeContribution(status, huge, options).revisions.map(({ imageDigest }) => imageDigest),
      ['huge'],
    );
  });

  it('tells fewer values of arguments rather than outgrow it, and only as many fewer as it takes', () => {
    const withTuples = (names: number, tuples: number): Contribution => {
      const own = Array.from({ length: tuples }, (_, value) => String(10n ** 19n + BigInt(value)));
      const values = { origin: 'startup' as const, indices: [0], tuples: own, wide: false };
      const calls = Array.from({ length: names }, (_, nr): ProfiledCall => {
        return { abi: 'x86_64', name: `nr:${nr}`, origins: ['startup'], arguments: [values] };
      });
      const few: ProfiledCall = {
        abi: 'x86_64',
        name: 'socket',
        origins: ['startup'],
        arguments: [{ ...values, tuples: ['1'] }],
      };
      return contributionOf(1, { calls: [...calls, few] });
    };
    const kept = (status: SyscallProfileStatus | undefined) => {
      const calls = status?.revisions[0]?.calls ?? [];
      assert.ok(JSON.stringify(status?.revisions).length <= KEPT.revisionBytes + 2);
      return [calls.length, calls[0]?.arguments?.[0]?.wide, calls.at(-1)?.arguments?.[0]?.tuples];
    };
    assert.deepEqual(kept(mergeAll([withTuples(100, 64)])), [101, false, ['1']]);
    assert.deepEqual(kept(mergeAll([withTuples(800, 64)])), [801, true, ['1']]);
    assert.deepEqual(kept(mergeAll([withTuples(9000, 4)])), [9001, undefined, undefined]);
  });

  it('writes an empty summary for a profile without revisions', () => {
    const empty = mergeAll([contributionOf(1)]) as SyscallProfileStatus;
    const status = mergeStatuses(undefined, { ...empty, revisions: [] }, options);
    assert.deepEqual([status.seccomp, status.syscallCount, status.contributorCount], ['', 0, 0]);
  });
});
