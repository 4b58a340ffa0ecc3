/** Falco beside the ledger on a real node: what it adds, and that nothing of what may happen to it touches a profile. */
import assert from 'node:assert/strict';
import type { SyscallProfileStatus } from '../../profile/syscall-profile.ts';
import type { Fault } from '../falco/fake-falco.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { installFlak } from './install.ts';
import { waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf, type StoredTrace } from './stored-profiles.ts';
import { pod, shellContainer, TRACED } from './targets.ts';
import { FAKE_FALCO, type FakeFalco, installWithFalco, tellFakeFalco } from './tracer-with-falco.ts';

/** Faults that end, garble or flood what Falco says; the others have tests of their own. */
const HARMLESS: readonly Fault[] = ['exits', 'garbage', 'floods', 'dies-in-a-line'];

describe('Falco beside the ledger', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let falco: FakeFalco | undefined;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'falco');
  });

  after(async function () {
    this.timeout(400_000);
    await falco?.[Symbol.asyncDispose]();
    await namespace.remove();
    await installFlak(flak.kubectl, flak.images);
  });

  /** Starts such a pod, waits until its container runs, deletes it. */
  async function live(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
    const containers = [shellContainer(flak.image('workbench'), 'main', 'cat /etc/passwd; exec sleep 600')];
    const shape = { labels: TRACED, annotations, spec: { containers, terminationGracePeriodSeconds: 1 } };
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify(pod(namespace.name, name, shape)));
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod', name, '-n', namespace.name, '--timeout=180s']);
    await waitForTrace(flak.kubectl, namespace.name, name, ['Recording']);
    // The fake one learns of the container from its status; then it shows its calls within a tenth of a second.
    const id = ['get', 'pod', name, '-n', namespace.name, '-o', 'jsonpath={.status.containerStatuses[0].containerID}'];
    await falco?.knows((await flak.kubectl.run(id)).split('://').at(-1) ?? '');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await flak.kubectl.run(['delete', 'pod', name, '-n', namespace.name, '--timeout=270s']);
  }

  interface Kept {
    readonly status: NonNullable<StoredTrace['status']>;
    readonly profile: SyscallProfileStatus;
  }

  async function keptOf(name: string): Promise<Kept> {
    const { status } = await waitForTrace(flak.kubectl, namespace.name, name, ['Complete']);
    const profile = (await profilesOf(flak.kubectl, namespace.name)).get(`pod-${name}-main`);
    return { status, profile: profile ?? assert.fail(`no profile of ${name}`) };
  }

  it('is no error where there is none: the Trace says so, and the profile is whole', async () => {
    await live('without', {});
    const { status, profile } = await keptOf('without');
    assert.deepEqual([status.probes?.ledger, status.probes?.falco?.state], ['before-gate', 'absent']);
    assert.deepEqual([profile.completeness.level, profile.completeness.reasons], ['observed', []]);
    assert.equal(profile.revisions[0]?.falco, undefined);
    assert.deepEqual(profile.revisions[0]?.files?.reasons, ['no-falco']);
  });

  it('is told off by an annotation, and then not mentioned as missing', async () => {
    await live('off', { 'flak.dev/falco': 'off', 'flak.dev/files': 'off' });
    const { status, profile } = await keptOf('off');
    assert.ok([undefined, 'off'].includes(status.probes?.falco?.state));
    assert.deepEqual([profile.completeness.reasons, profile.revisions[0]?.files], [[], undefined]);
  });

  describe('with a fake Falco in the image', () => {
    before(async function () {
      this.timeout(600_000);
      await installWithFalco(flak, FAKE_FALCO);
      falco = tellFakeFalco(flak.kubectl, namespace.name);
    });

    it('agrees, and the profile says so', async () => {
      await live('agrees', { 'flak.dev/falco': 'required' });
      const { status, profile } = await keptOf('agrees');
      assert.deepEqual([status.probes?.falco?.state, status.probes?.falco?.version], ['ended', '0.0.0-fake']);
      const [newest] = profile.revisions;
      assert.deepEqual([newest?.falco?.saw, newest?.falco?.onlyFalco], [['openat', 'pread64'], []]);
      assert.deepEqual([profile.completeness.level, profile.completeness.reasons], ['observed', []]);
    });

    it('touches no call of the profile, however it fails', async () => {
      const { profile } = await keptOf('agrees');
      for (const fault of HARMLESS) {
        falco?.fault(fault);
        await live(fault, {});
      }
      for (const fault of HARMLESS) {
        const kept = await keptOf(fault);
        assert.deepEqual(madeBy(kept.profile, 'startup', 'serving'), madeBy(profile, 'startup', 'serving'), fault);
        assert.deepEqual(kept.profile.completeness.reasons, [], fault);
        assert.ok(kept.status.probes?.falco !== undefined, fault);
      }
    });

    it('holds a gate that requires it no longer than its bound, and the profile says that it was missing', async () => {
      falco?.fault('hangs');
      await live('hangs', { 'flak.dev/falco': 'required' });
      const { status, profile } = await keptOf('hangs');
      // Opened by the tracer, not by the gate's own timeout, which would be a reason too.
      assert.ok(status.gateOpenedAt !== undefined);
      assert.deepEqual([profile.completeness.level, profile.completeness.reasons], ['partial', ['falco-missing']]);
    });
  });
});
