/** The tracer: records one pod on this node and reports to the control plane. Everything is put together here. */
import { uptime } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino, type Logger } from 'pino';
import { listPods } from './cgroups/find-pod-cgroup.ts';
import { findHierarchy, type Hierarchy } from './cgroups/hierarchy.ts';
import { readPodCgroup } from './cgroups/read-pod-cgroup.ts';
import { watchPodCgroup } from './cgroups/watch-pod-cgroup.ts';
import { createClock, instantOfBootNs, type Clock } from './clock.ts';
import { parseConfiguration, type Configuration } from './configuration.ts';
import { containersCreated, findRecord, type RecordPlaces } from './containers/find-record.ts';
import { createRollFile } from './containers/roll-file.ts';
import { createRoll, type ContainerRoll } from './containers/roll.ts';
import { createGate, NO_GATE } from './gate/gate.ts';
import { createLedgerDoor, type LedgerDoor } from './ledger-door.ts';
import { describeNode } from './node.ts';
import { openProbes } from './open-probes.ts';
import { createControlPlane, type ControlPlane } from './report/control-plane.ts';
import { createCourier } from './report/courier.ts';
import { readEndpoint } from './report/endpoint.ts';
import { createExchange } from './report/exchange.ts';
import { findKubeletRoot } from './place/find-kubelet-root.ts';
import { createPlace, NOTHING_TO_PLACE, type Place, type PlaceDeps } from './place/place.ts';
import { createPlacedFiles, type PlacedFiles } from './place/placed-files.ts';
import { createBell } from './run/bell.ts';
import type { Ending } from './run/decide.ts';
import { startHearing } from './run/hearing.ts';
import { runTrace, type RunDeps } from './run/run.ts';
import { sweepLeftovers } from './sweep.ts';

const LEDGER_OBJECT = fileURLToPath(new URL('./ledger/ledger.bpf.o', import.meta.url));

/** @param termination aborted on SIGTERM */
async function trace(configuration: Configuration, log: Logger, termination: AbortSignal): Promise<Ending> {
  const { target, controlPlane: place, pace, cgroupWaitMs } = configuration;
  const lifetime = new AbortController();
  const failure = Promise.withResolvers<never>();
  const clock = createClock(uptime);
  const bell = createBell(clock);
  const hierarchy = findHierarchy(configuration.cgroupRoot);
  const ledger = openDoor(configuration, hierarchy);
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
    onFailure: failure.reject,
  };
  const hearing = startHearing({ ...shared, termination, graceMs: configuration.graceMs });
  const roll = rollOf(configuration, log);
  const probes = openProbes({ ...shared, configuration, roll });
  let ending: Ending | undefined;
  try {
    const run = runTrace({
      ...podOf(configuration, ledger, clock),
      roll,
      courier: createCourier(shared),
      ...probes,
      place: placeOf(configuration, { ...shared, hearing, bell }),
      hearing,
      bell,
      clock,
      log,
      head: { podUid: target.podUid, node: describeNode(configuration.nodeName, hierarchy?.kind ?? 'v2') },
      pace,
      cgroupWaitMs,
    });
    ending = await Promise.race([run, failure.promise]);
    sweep(configuration, hierarchy, log);
    return ending;
  } finally {
    lifetime.abort();
    ledger.close();
    await probes.close(ending);
  }
}

type PodPorts = Pick<RunDeps, 'findPod' | 'join' | 'readPod' | 'watchPod' | 'containersCreated' | 'gate' | 'arming'>;

/** The target as the node has it. */
function podOf(configuration: Configuration, ledger: LedgerDoor, clock: Clock): PodPorts {
  const { target, gateMedium, gateRoot, arming } = configuration;
  const places = placesOf(configuration);
  return {
    findPod: () => ledger.findPod(),
    join: (pod) => ledger.join(pod),
    readPod: readPodCgroup,
    watchPod: watchPodCgroup,
    containersCreated: () => containersCreated(places, target.podUid, instantOfBootNs(clock, 0n)),
    gate: gateMedium === 'hostPath' ? createGate(gateRoot, target.podUid) : NO_GATE,
    arming: { arming, gated: gateMedium !== 'none' },
  };
}

function placesOf({ target, runRoot, logRoot }: Configuration): RecordPlaces {
  return { ...target, runRoot, logRoot };
}

function openDoor({ ledger, target, execHashes }: Configuration, hierarchy: Hierarchy | undefined): LedgerDoor {
  return createLedgerDoor({ ...ledger, podUid: target.podUid, execHashes, hierarchy });
}

/** What it was there for is done: whatever comes up here is no reason to be started again. */
function sweep(configuration: Configuration, hierarchy: Hierarchy | undefined, log: Logger): void {
  if (hierarchy === undefined) return;
  try {
    const places = {
      ...configuration,
      falcoRoot: configuration.falco.root,
      linesRoot: configuration.files.root,
    };
    sweepLeftovers(places, new Date(), () => listPods(hierarchy.path));
    placedFiles(configuration)?.sweep(new Date());
  } catch (error) {
    log.warn({ err: error }, 'What is left of pods that are gone could not be swept');
  }
}

function placeOf(
  configuration: Configuration,
  shared: Omit<PlaceDeps, 'files' | 'askPlacement'> & {
    readonly controlPlane: ControlPlane;
    readonly signal: AbortSignal;
  },
): Place {
  const { controlPlane, signal } = shared;
  if (!configuration.places) return NOTHING_TO_PLACE;
  const askPlacement = () => controlPlane.askPlacement(signal);
  return createPlace({ ...shared, askPlacement, files: placedFiles(configuration) });
}

/** undefined where the node's mounts don't tell where its kubelet lives. */
function placedFiles({ controlPlane }: Configuration): PlacedFiles | undefined {
  const root = findKubeletRoot(controlPlane.tokenFile);
  return root === undefined ? undefined : createPlacedFiles(root);
}

function rollOf(configuration: Configuration, log: Logger): ContainerRoll {
  const file = createRollFile(configuration.rollRoot, configuration.target.podUid, (error) => {
    log.warn({ err: error }, 'The names of the containers could not be kept for a successor');
  });
  const places = placesOf(configuration);
  return createRoll((containerId) => findRecord(places, containerId), file);
}

async function main(): Promise<number> {
  const parsed = parseConfiguration(process.env, LEDGER_OBJECT);
  if (parsed.kind === 'invalid') {
    for (const mistake of parsed.mistakes) process.stderr.write(`${mistake}\n`);
    return 2;
  }
  const { configuration } = parsed;
  const log: Logger = pino({ level: configuration.logLevel, base: { target: configuration.target } });
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

// Not left to the event loop: after a failure waits of the run are still under way.
process.exit(await main());
