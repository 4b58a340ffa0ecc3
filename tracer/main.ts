/** The tracer: records one pod on this node and reports to the control plane. Everything is put together here. */
import { uptime } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { ensureBpffs } from './bpffs.ts';
import { findPodCgroup, type PodCgroup } from './cgroups/find-pod-cgroup.ts';
import { findHierarchy, type Hierarchy } from './cgroups/hierarchy.ts';
import { readPodCgroup } from './cgroups/read-pod-cgroup.ts';
import { watchPodCgroup } from './cgroups/watch-pod-cgroup.ts';
import { createClock } from './clock.ts';
import { parseConfiguration, type Configuration } from './configuration.ts';
import { containersCreated, findRecord } from './containers/find-record.ts';
import { createRoll } from './containers/roll.ts';
import { createGate, NO_GATE } from './gate/gate.ts';
import { openLedger, type JoinResult, type Ledger } from './ledger/ledger.ts';
import { describeNode } from './node.ts';
import { createControlPlane } from './report/control-plane.ts';
import { createCourier } from './report/courier.ts';
import { readEndpoint } from './report/endpoint.ts';
import { createExchange } from './report/exchange.ts';
import { createBell } from './run/bell.ts';
import type { Ending } from './run/decide.ts';
import { startHearing } from './run/hearing.ts';
import { runTrace } from './run/run.ts';

const LEDGER_OBJECT = fileURLToPath(new URL('./ledger/ledger.bpf.o', import.meta.url));

type Log = ReturnType<typeof pino>;

/** @param termination aborted on SIGTERM */
async function trace(configuration: Configuration, log: Log, termination: AbortSignal): Promise<Ending> {
  const { target, controlPlane: place } = configuration;
  const lifetime = new AbortController();
  const failure = Promise.withResolvers<never>();
  const clock = createClock(uptime);
  const bell = createBell(clock);
  const hierarchy = findHierarchy(configuration.cgroupRoot);
  const ledger = createLedgerDoor(configuration, hierarchy, log);
  const exchange = createExchange(() => readEndpoint(place), place.serverName);
  const shared = {
    controlPlane: createControlPlane(exchange, target.podUid),
    clock,
    random: Math.random,
    log,
    signal: lifetime.signal,
    onChange: () => {
      bell.ring();
    },
    onFailure: (error: unknown) => {
      failure.reject(error);
    },
  };
  const places = { ...target, runRoot: configuration.runRoot, logRoot: configuration.logRoot };
  try {
    const run = runTrace({
      findPod: () => findTarget(hierarchy, target.podUid),
      join: (pod) => ledger.join(pod),
      readPod: readPodCgroup,
      watchPod: watchPodCgroup,
      containersCreated: () => containersCreated(places, target.podUid),
      roll: createRoll((containerId) => findRecord(places, containerId)),
      gate: configuration.gateMedium === 'hostPath' ? createGate(configuration.gateRoot, target.podUid) : NO_GATE,
      courier: createCourier(shared),
      hearing: startHearing({ ...shared, termination, graceMs: configuration.graceMs }),
      bell,
      clock,
      log,
      head: { podUid: target.podUid, node: describeNode(configuration.nodeName, hierarchy?.kind ?? 'v2') },
      arming: { arming: configuration.arming, gated: configuration.gateMedium !== 'none' },
      pace: {
        firstSnapshotMs: configuration.snapshotMs.first,
        longestSnapshotMs: configuration.snapshotMs.longest,
      },
      cgroupWaitMs: configuration.cgroupWaitMs,
    });
    return await Promise.race([run, failure.promise]);
  } finally {
    lifetime.abort();
    ledger.close();
  }
}

/** On a node with cgroup v1 alone there is no pod to be found: the ledger is asked at once, and refuses. */
const NOWHERE: PodCgroup = { path: '/nonexistent', id: 0n };

function findTarget(hierarchy: Hierarchy | undefined, podUid: string): PodCgroup | undefined {
  return hierarchy === undefined ? NOWHERE : findPodCgroup(hierarchy.path, podUid);
}

/** Opens the ledger when the target is there: a node is not touched before. */
function createLedgerDoor(configuration: Configuration, hierarchy: Hierarchy | undefined, log: Log) {
  let opened: Ledger | undefined;
  return {
    join: async (pod: PodCgroup): Promise<JoinResult> => {
      if (hierarchy === undefined) {
        return {
          kind: 'refused',
          refusal: 'cgroup-v1',
          detail: `no cgroup v2 hierarchy at ${configuration.cgroupRoot}`,
        };
      }
      await ensureBpffs().catch((error: unknown) => {
        // The ledger refuses with the reason for it where the file system is really missing.
        log.warn({ err: error }, 'The BPF file system could not be mounted');
      });
      const result = openLedger({ ...configuration.ledger, cgroupRoot: hierarchy.path });
      if (result.kind !== 'ok') return result;
      opened = result.ledger;
      return opened.join({ podUid: configuration.target.podUid, cgroupIds: [pod.id] });
    },
    close: (): void => {
      opened?.close();
    },
  };
}

async function main(): Promise<number> {
  const parsed = parseConfiguration(process.env, LEDGER_OBJECT);
  if (parsed.kind === 'invalid') {
    for (const mistake of parsed.mistakes) process.stderr.write(`${mistake}\n`);
    return 2;
  }
  const { configuration } = parsed;
  const log = pino({ level: configuration.logLevel, base: { target: configuration.target } });
  const termination = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'The tracer was told to stop');
      termination.abort();
    });
  }
  try {
    const ending = await trace(configuration, log, termination.signal);
    log.info({ ending }, 'The run is over');
    return 0;
  } catch (error) {
    log.fatal({ err: error }, 'The tracer failed; the ledger in the kernel goes on recording');
    return 1;
  }
}

process.exitCode = await main();
