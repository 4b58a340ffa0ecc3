/**
 * Servers in containers: recorded by the ledger from the runtime's first instruction on, then started and asked under the profile that
 * came of it, by both runtimes, with and without NoNewPrivileges, as root and not.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { contributionsOf } from '../../../profile/contribution.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import type { ContainerRecording } from '../../../profile/recording.ts';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import type { Variation } from '../../base-set/bundle.ts';
import { HOST_USR, makeBundle, MARKING_FILTER, processOf, VARIATIONS } from '../../base-set/bundle.ts';
import { identifyRuntime } from '../../base-set/runtime.ts';
import { installPackages } from '../../cluster/machine/debian-packages.ts';
import { consoleProgress } from '../../cluster/progress.ts';
import { recordFigure } from '../../figure.ts';
import { skipBecause } from '../../skip.ts';
import { recordedReport } from '../../unit/profile/reports.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';
import type { ServerContainer } from './container.ts';
import { startServer } from './container.ts';
import type { Server } from './servers.ts';
import { makeServerRoot, SERVERS, TMP } from './servers.ts';

const RUNTIMES = ['runc', 'crun'] as const;
type RuntimeName = (typeof RUNTIMES)[number];

/** How the container's command is written makes no difference here: each is a path. */
const COMBINATIONS = VARIATIONS.filter(({ command }) => command === 'target');

const userOf = ({ user }: Variation): string => (user.uid === 0 ? 'root' : 'another');

interface Recorded {
  readonly calls: readonly ProfiledCall[];
  /** What it complained of without a filter. */
  readonly complaints: readonly string[];
}

/** Lines that speak of a refusal, without the times and numbers in them. */
function complaintsIn(output: string): string[] {
  const lines = output.split('\n').filter((line) => /not permitted|denied|Permission/.test(line));
  return lines.map((line) => line.replace(/^.*\d\d:\d\d:\d\d\S*/, '')).sort();
}

describe('a server in a container', function () {
  this.timeout(120_000);
  const stage = stageForAll();
  /** By server and user: a server does other things as root. */
  const recorded = new Map<string, Recorded>();
  let root: string;
  let counter = 0;

  before(async function () {
    this.timeout(600_000);
    for (const tool of RUNTIMES)
      if (spawnSync('which', [tool]).status !== 0) skipBecause(this, `${tool} is not installed`);
    await installPackages([...new Set(SERVERS.flatMap(({ packages }) => packages))], consoleProgress(process.stderr));
    root = makeServerRoot(stage.folder);
    for (const server of SERVERS)
      for (const variation of COMBINATIONS.filter(({ noNewPrivileges }) => !noNewPrivileges))
        recorded.set(`${server.name} ${userOf(variation)}`, await record(server, variation));
  });

  function start(name: RuntimeName, server: Server, variation: Variation, seccomp: object, cgroup?: string) {
    const id = `flak-served-${process.pid}-${(counter += 1)}`;
    const container = { ...processOf(variation, []), args: server.command };
    const options = { rootfs: root, process: container, seccomp, mounts: [HOST_USR, TMP], hostNetwork: true };
    const bundle = makeBundle(stage.folder, id, options);
    const state = join(stage.folder, `state-${name}`);
    return startServer({ runtime: identifyRuntime(name), state, bundle, id, ...(cgroup !== undefined && { cgroup }) });
  }

  async function serve(container: ServerContainer, server: Server): Promise<void> {
    await container.listens(server.port);
    await server.use();
  }

  async function record(server: Server, variation: Variation): Promise<Recorded> {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    await using container = start('crun', server, variation, MARKING_FILTER, makeCgroup(pod, 'one'));
    await serve(container, server);
    assert.equal(await container.stop(), 0, container.output());
    const { containers, reasons } = slot.read();
    await slot.leave();
    assert.deepEqual([containers.length, reasons], [1, []]);
    const recordings = containers.map(({ entries }): ContainerRecording => {
      return { containerId: 'one', name: server.name, kind: 'container', runtime: null, entries };
    });
    const target = { podUid: pod.target.podUid, podName: 'p', endedAt: '2025-01-01T00:01:00Z', extraReasons: [] };
    const own = { name: server.name, image: '', imageDigest: '', containerIds: [] };
    const report = recordedReport({ containers: recordings });
    const calls = contributionsOf(report, { ...target, containers: [own] }).get(server.name)?.calls ?? [];
    return { calls, complaints: complaintsIn(container.output()) };
  }

  function recordingOf(server: Server, variation: Variation): Recorded {
    const found = recorded.get(`${server.name} ${userOf(variation)}`);
    assert.ok(found);
    return found;
  }

  function profileOf(server: Server, variation: Variation, removed?: string): SeccompProfile {
    const { calls } = recordingOf(server, variation);
    const left = calls.filter(({ name }) => name !== removed);
    assert.equal(left.length, calls.length - (removed === undefined ? 0 : 1), `${server.name} doesn't call ${removed}`);
    return toSeccomp({ calls: left, contributors: [{ architecture: 'x86_64' }] }, declaredGroups());
  }

  for (const name of RUNTIMES)
    for (const server of SERVERS)
      describe(`${server.name} on ${name}`, () => {
        it('starts and serves under its profile, with and without allowPrivilegeEscalation, as root and not', async function () {
          for (const variation of COMBINATIONS) {
            await using container = start(name, server, variation, profileOf(server, variation));
            await serve(container, server);
            await server.use();
            assert.equal(await container.stop(), 0, container.output());
            assert.deepEqual(complaintsIn(container.output()), recordingOf(server, variation).complaints);
          }
          recordFigure(this, `${server.name} on ${name}: ${COMBINATIONS.length} of ${COMBINATIONS.length}`);
        });

        it('doesn’t start or doesn’t serve once a call that it needs is taken out of the profile', async () => {
          const [variation] = COMBINATIONS;
          assert.ok(variation);
          for (const [call, complaint] of Object.entries(server.complaints)) {
            await using container = start(name, server, variation, profileOf(server, variation, call));
            const served = serve(container, server).then(() => assert.fail(`served without ${call}`));
            await Promise.race([container.says(complaint), served]).catch(() => undefined);
            await container[Symbol.asyncDispose]();
            await assert.rejects(served, (error) => !(error instanceof assert.AssertionError));
            assert.match(container.output(), complaint);
          }
        });
      });
});
