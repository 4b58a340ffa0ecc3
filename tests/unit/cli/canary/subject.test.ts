/** From a word on the command line to a pod template, and from that to a plan. */
import assert from 'node:assert/strict';
import { ociProfileSchema } from '../../../../profile/oci-profile.ts';
import type { ProfileAtHand } from '../../../../cli/verify/canary/profiles.ts';
import { planVerification, type PlanFacts } from '../../../../cli/verify/canary/plan.ts';
import type { Subject } from '../../../../cli/verify/canary/subject.ts';
import { readSubject } from '../../../../cli/verify/canary/subject.ts';
import { podTemplateSchema } from '../../../../cli/verify/canary/template.ts';
import { FakeCluster } from '../fakes.ts';
import { statusWith } from './canary-cluster.ts';

const NAMESPACE = 'shop';
const TEMPLATE = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'web' }, { name: 'side' }] } };
const SELECTOR = { matchLabels: { app: 'x' } };

function object(name: string, spec: object, owner?: object) {
  return {
    metadata: { name, namespace: NAMESPACE, ...(owner && { ownerReferences: [{ ...owner, controller: true }] }) },
    spec,
  };
}

const cluster = new FakeCluster({
  deployments: [object('web', { selector: SELECTOR, template: TEMPLATE })],
  statefulsets: [
    object('db', { selector: SELECTOR, template: TEMPLATE, volumeClaimTemplates: [{ metadata: { name: 'data' } }] }),
  ],
  daemonsets: [object('agent', { selector: SELECTOR, template: TEMPLATE })],
  replicasets: [
    object(
      'web-5f',
      { selector: SELECTOR, template: TEMPLATE },
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ),
  ],
  jobs: [
    object(
      'nightly-1',
      { selector: SELECTOR, template: TEMPLATE },
      { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' },
    ),
  ],
  cronjobs: [object('nightly', { jobTemplate: { spec: { template: TEMPLATE } } })],
  pods: [
    object('alone', { ...TEMPLATE.spec, restartPolicy: 'Never' }),
    object('web-5f-1', TEMPLATE.spec, { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5f' }),
  ],
});

async function subjectOf(text: string): Promise<Subject> {
  const subject = await readSubject(text, { cluster, namespace: NAMESPACE });
  assert.ok(subject.kind === 'ok', JSON.stringify(subject));
  return subject.value;
}

describe('what is verified', () => {
  for (const [text, workload, adopts, runsToEnd] of [
    ['deploy/web', 'apps/v1 Deployment web', false, false],
    ['StatefulSets/db', 'apps/v1 StatefulSet db', true, false],
    ['ds/agent', 'apps/v1 DaemonSet agent', true, false],
    ['rs/web-5f', 'apps/v1 Deployment web', true, false],
    ['job/nightly-1', 'batch/v1 CronJob nightly', true, true],
    ['cj/nightly', 'batch/v1 CronJob nightly', false, true],
    ['pod/alone', 'v1 Pod alone', false, true],
  ] as const)
    it(`is read of ${text}`, async () => {
      const subject = await subjectOf(text);
      assert.deepEqual(
        [Object.values(subject.workload).join(' '), subject.adopts, subject.runsToEnd],
        [workload, adopts, runsToEnd],
      );
      assert.equal(subject.template.spec.containers[0]?.name, 'web');
    });

  it('has the folders that a StatefulSet claims for each pod', async () => {
    assert.deepEqual((await subjectOf('sts/db')).claimTemplates, ['data']);
  });

  it('is no pod that somebody owns, and nothing that has no template', async () => {
    const owned = await readSubject('po/web-5f-1', { cluster, namespace: NAMESPACE });
    assert.match('message' in owned ? owned.message : '', /belongs to ReplicaSet web-5f; name its workload/);
    for (const text of ['web', 'svc/web', 'deploy/', 'deploy/a/b'])
      assert.equal((await readSubject(text, { cluster, namespace: NAMESPACE })).kind, 'usage', text);
  });
});

function profile(container: string, notes: readonly 'masked-by-filter'[] = []): ProfileAtHand {
  const status = statusWith(['read'], 'x');
  const [revision] = status.revisions;
  assert.ok(revision);
  const rules = ociProfileSchema.parse(JSON.parse(status.seccomp));
  const workload = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' };
  const completeness = { ...status.completeness, notes: [...notes] };
  return {
    name: `statefulset-db-${container}`,
    workload,
    container,
    resourceVersion: '1',
    status: { ...status, completeness },
    rules,
    revision,
  };
}

function plan(changes: Partial<PlanFacts> = {}, of: Partial<Subject> = {}) {
  const subject: Subject = {
    workload: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' },
    template: podTemplateSchema.parse(TEMPLATE),
    selector: SELECTOR,
    adopts: true,
    claimTemplates: [],
    runsToEnd: false,
    ...of,
  };
  const profiles = new Map([['web', profile('web', ['masked-by-filter'])]]);
  return planVerification({ subject, namespace: NAMESPACE, profiles, services: [], options: {}, ...changes });
}

function planned(...args: Parameters<typeof plan>) {
  const made = plan(...args);
  assert.ok(made.kind === 'ok', JSON.stringify(made));
  return made.value;
}

describe('the plan of a verification', () => {
  it('leaves a canary time to become ready and to serve, and no more', () => {
    assert.deepEqual(planned().run, { forMs: 30_000, readyTimeoutMs: 180_000, runsToEnd: false });
    assert.equal(planned({ options: { untilReady: true, for: 9 } }).run.forMs, 0);
    assert.equal(planned({}, { runsToEnd: true }).run.forMs, 600_000);
    const { podFor } = planned({ options: { for: 10, readyTimeout: 3000 } });
    const pod = podFor('0'.repeat(32), 'log') as {
      metadata: { annotations: Record<string, string> };
      spec: { activeDeadlineSeconds: number };
    };
    assert.equal(pod.spec.activeDeadlineSeconds, 3130);
    assert.equal(pod.metadata.annotations['flak.dev/gate-timeout-seconds'], '600');
    assert.match(
      pod.metadata.annotations['flak.dev/verify'] ?? '',
      /"profile":"statefulset-db-web","present":"default"/,
    );
  });

  it('says what a person should know before', () => {
    const services = [{ name: 'front', selector: { app: 'x' } }];
    const { notes } = planned({ services }, { claimTemplates: ['data'] });
    assert.match(notes.join('\n'), /run as they are: side\n.*empty folders for data\n.*no traffic of front/);
    assert.deepEqual(
      planned({
        options: { container: 'web' },
        profiles: new Map([
          ['web', profile('web')],
          ['side', profile('side')],
        ]),
      }).verified.length,
      1,
    );
    assert.match(planned({ options: { withTraffic: true } }).notes.join(), /no Service selects/);
  });

  const both = new Map([
    ['web', profile('web')],
    ['side', profile('side')],
  ]);
  const devices = podTemplateSchema.parse({
    spec: { containers: [{ name: 'web', volumeDevices: [{ name: 'disk' }] }] },
  });
  for (const [what, changes, of, words] of [
    [
      'an owner that would adopt it',
      { options: { withTraffic: true }, services: [{ name: 'front', selector: { app: 'x' } }] },
      {},
      /take the canary for its own; leave --with-traffic out/,
    ],
    [
      'a proposal about two profiles',
      { options: { propose: 'f' }, profiles: both },
      {},
      /name a container with -c: web, side/,
    ],
    [
      'a container without a profile',
      { options: { container: 'side' } },
      {},
      /nothing is stored of StatefulSet db, container side/,
    ],
    [
      'a shared block device',
      {},
      { template: devices, claimTemplates: ['disk'] },
      /container web can't be verified: its block device/,
    ],
  ] as const)
    it(`is refused for ${what}`, () => {
      const made = plan(changes, of);
      assert.match('message' in made ? made.message : '', words);
    });
});
