/** Which profiles are placed for a canary. */
import assert from 'node:assert/strict';
import {
  MAX_CANARY_SECONDS,
  parseReplayRequest,
  placementSchema,
  replayRequestSchema,
} from '../../../../profile/placement.ts';
import type { CanaryContainer, PlacementFacts } from '../../../../webhook/placement/judge.ts';
import { judgePlacement } from '../../../../webhook/placement/judge.ts';
import { mayBeUnconfined } from '../../../../webhook/placement/unconfined.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const SECCOMP = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }],
});
const BEYOND = SECCOMP.replace('"read"', '"bpf","read"');
const ENFORCE = 'pod-security.kubernetes.io/enforce';

function container(changes: Partial<CanaryContainer> = {}): CanaryContainer {
  const localhostProfile = `flak/verify/shop.${RUN}.web.json`;
  return { name: 'web', privileged: false, capabilities: { add: [], drop: [] }, localhostProfile, ...changes };
}

function facts(changes: Partial<PlacementFacts['canary']> = {}, more: Partial<PlacementFacts> = {}): PlacementFacts {
  const containers = { web: { profile: 'deployment-web-web', present: 'unconfined' } };
  const request = JSON.stringify({ run: RUN, mode: 'log', containers });
  return {
    canary: { namespace: 'shop', request, deadlineSeconds: 600, containers: [container()], ...changes },
    mayBeUnconfined: true,
    profiles: new Map([['deployment-web-web', SECCOMP]]),
    ...more,
  };
}

function placed(of: PlacementFacts): { defaultAction: string } {
  const placement = judgePlacement(of);
  assert.ok(placement.kind === 'files', JSON.stringify(placement));
  assert.deepEqual(
    placement.files.map(({ name }) => name),
    [`shop.${RUN}.web.json`],
  );
  return JSON.parse(placement.files[0]?.content ?? '') as { defaultAction: string };
}

describe('what is placed for a canary', () => {
  it('logs everything only where the namespace allows pods without a filter, and the workload has none', () => {
    assert.equal(placed(facts()).defaultAction, 'SCMP_ACT_LOG');
    assert.equal(placed(facts({}, { mayBeUnconfined: false })).defaultAction, 'SCMP_ACT_ERRNO');
    const filtered = facts().canary.request?.replace('unconfined', 'default');
    assert.equal(placed(facts({ request: filtered })).defaultAction, 'SCMP_ACT_ERRNO');
  });

  it('is an answer that the tracer can read', () => {
    for (const given of [facts(), facts({ request: '' })])
      assert.ok(placementSchema.safeParse(judgePlacement(given)).success);
  });

  const beyond = new Map([['deployment-web-web', BEYOND]]);
  for (const [what, of, why] of [
    ['without a request', facts({ request: undefined }), /none that this version/],
    ['whose request is no JSON', facts({ request: '{' }), /none that this version/],
    ['that could live for ever', facts({ deadlineSeconds: null }), /activeDeadlineSeconds/],
    ['that lives too long', facts({ deadlineSeconds: MAX_CANARY_SECONDS + 1 }), /activeDeadlineSeconds/],
    ['without that container', facts({ containers: [container({ name: 'other' })] }), /no container web/],
    ['whose container is privileged', facts({ containers: [container({ privileged: true })] }), /is privileged/],
    ['that names another file', facts({ containers: [container({ localhostProfile: 'x.json' })] }), /doesn't name/],
    ["of another namespace that names this one's file", facts({ namespace: 'other' }), /doesn't name/],
    ['whose profile is gone', facts({}, { profiles: new Map() }), /no SyscallProfile deployment-web-web/],
    ['whose profile is broken', facts({}, { profiles: new Map([['deployment-web-web', '{']]) }), /cut off/],
    [
      'whose namespace asks for less',
      facts({}, { profiles: beyond, mayBeUnconfined: false }),
      /may have no less: bpf$/,
    ],
  ] as const)
    it(`is nothing for a pod ${what}`, () => {
      const placement = judgePlacement(of);
      assert.match(placement.kind === 'refused' ? placement.reason : '', why);
    });

  it('names a dozen calls beyond RuntimeDefault and counts the rest', () => {
    const names =
      'bpf keyctl add_key request_key mount umount2 setns unshare reboot swapon swapoff syslog acct kcmp'.split(' ');
    const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }] });
    const request = facts().canary.request?.replace('unconfined', 'default');
    const placement = judgePlacement(facts({ request }, { profiles: new Map([['deployment-web-web', text]]) }));
    assert.match(
      placement.kind === 'refused' ? placement.reason : '',
      /runs under RuntimeDefault: acct, .* and 2 more$/,
    );
  });
});

describe('a namespace', () => {
  it('allows pods without a filter only where its policy, or the cluster’s default, is privileged', () => {
    assert.equal(mayBeUnconfined({ [ENFORCE]: 'privileged' }, 'annotation'), true);
    for (const level of ['baseline', 'restricted', 'nonsense'])
      assert.equal(mayBeUnconfined({ [ENFORCE]: level }, 'hostPath'), false, level);
    assert.deepEqual([mayBeUnconfined({}, 'hostPath'), mayBeUnconfined({}, 'annotation')], [true, false]);
    assert.equal(mayBeUnconfined(undefined, 'hostPath'), false);
  });
});

describe('a request for a profile', () => {
  it('holds nothing that could become another path', () => {
    const one = { profile: 'p', present: 'default' };
    for (const wrong of [
      { run: '../x', mode: 'log', containers: { web: one } },
      { run: RUN, mode: 'log', containers: { '../web': one } },
      { run: RUN, mode: 'off', containers: { web: one } },
      { run: RUN, mode: 'log', containers: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`c${i}`, one])) },
    ])
      assert.equal(replayRequestSchema.safeParse(wrong).success, false);
    assert.equal(parseReplayRequest('nonsense'), undefined);
  });
});
