/** A node with one pod, made by hand the way kubelet and containerd make them; containers are started by runc. All undone at its end. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRollFile } from '../../../tracer/containers/roll-file.ts';
import { compileGate } from '../gate/gate-under-test.ts';
import { compile } from '../tracer-ledger/stage.ts';
import { within } from '../../within.ts';

const BOUND = within(120_000);

const CGROUPS = '/sys/fs/cgroup';
const HYBRID = existsSync(join(CGROUPS, 'unified'));
const HIERARCHIES = HYBRID ? readdirSync(CGROUPS).map((name) => join(CGROUPS, name)) : [CGROUPS];

export interface NodeStage {
  readonly podUid: string;
  readonly folder: string;
  readonly gatesRoot: string;
  readonly rollRoot: string;
  /** The pod's cgroup in the v2 hierarchy. */
  readonly podCgroup: string;
  /** What the tracer's container would be told and given on such a node. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of containers that tracers keep for their successors. */
  namesKept(): string[];
  /** Pins of the ledger that are left. */
  pins(): string[];
  /**
   * Starts a container in the pod and returns its foreground runc.
   * @param kubelet `tidy`: it has removed its link to the container's log, from which its name can be told when the runtime's record is gone
   */
  start(name: string, args: readonly string[], kubelet?: 'tidy'): StartedContainer;
  dispose(): Promise<void>;
}

export interface StartedContainer {
  readonly id: string;
  /** Runs a program in it, as the kubelet and `kubectl exec` have it done. */
  exec(...args: readonly string[]): void;
  /** The exit code of the container's program. */
  readonly ended: Promise<number>;
  kill(): void;
}

let containers = 0;

export async function openNodeStage(): Promise<NodeStage> {
  const folder = mkdtempSync(join(tmpdir(), 'flak-node-'));
  const podUid = crypto.randomUUID();
  const base = `flak-node-${process.pid}-${podUid.slice(0, 8)}`;
  const podPath = `/${base}/kubepods/besteffort/pod${podUid}`;
  for (const name of ['bpf', 'run', 'log', 'gates', 'root/bin', 'root/proc', 'root/gate'])
    mkdirSync(join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'gates', podUid));
  mkdirSync(join(CGROUPS, HYBRID ? 'unified' : '', podPath), { recursive: true });
  execFileSync('mount', ['-t', 'bpf', 'bpf', join(folder, 'bpf')]);
  compile('workload', join(folder, 'root/bin/workload'));
  compile('sleeper', join(folder, 'root/bin/sleeper'), join(import.meta.dirname, 'programs'));
  await using gate = await compileGate();
  execFileSync('cp', [gate.binary, join(folder, 'root/bin/gate')]);
  const running = new Set<ChildProcess>();

  return {
    podUid,
    folder,
    gatesRoot: join(folder, 'gates'),
    rollRoot: join(folder, 'containers'),
    podCgroup: join(CGROUPS, HYBRID ? 'unified' : '', podPath),
    environment: {
      FLAK_TARGET_UID: podUid,
      FLAK_TARGET_NAMESPACE: 'shop',
      FLAK_TARGET_POD: 'web-0',
      FLAK_NODE_NAME: 'node-1',
      FLAK_ARMING: 'before-gate',
      FLAK_GATE_MEDIUM: 'hostPath',
      FLAK_GRACE_SECONDS: '60',
      FLAK_CGROUP_ROOT: CGROUPS,
      FLAK_RUN_ROOT: join(folder, 'run'),
      FLAK_LOG_ROOT: join(folder, 'log'),
      FLAK_GATE_ROOT: join(folder, 'gates'),
      FLAK_ROLL_ROOT: join(folder, 'containers'),
      FLAK_PIN_ROOT: join(folder, 'bpf/flak'),
      FLAK_LOCK_FILE: join(folder, 'ledger.lock'),
    },
    namesKept: () => {
      const kept = createRollFile(join(folder, 'containers'), podUid, () => undefined).read();
      return [...kept.values()].flatMap(({ name }) => name ?? []);
    },
    // maps.debug and progs.debug are the kernel's own, in every new BPF file system (kernel/bpf/preload).
    pins: () => readdirSync(join(folder, 'bpf')).filter((name) => !name.endsWith('.debug')),
    start: (name, args, kubelet) => {
      const id = (++containers).toString(16).padStart(64, '0');
      if (kubelet === undefined) linkLog(join(folder, 'log/containers'), `web-0_shop_${name}-${id}.log`);
      const bundle = makeBundle(folder, { id, name, args, cgroupsPath: `${podPath}/${id}`, podUid });
      const child = spawn('runc', ['--root', join(folder, 'runc'), 'run', '--bundle', bundle, id], { stdio: 'ignore' });
      running.add(child);
      const ended = once(child, 'exit').then(([code]: unknown[]) => {
        running.delete(child);
        // As containerd does: the bundle goes when the container has ended.
        rmSync(bundle, { recursive: true });
        return code as number;
      });
      const kill = (): void => {
        execFileSync('runc', ['--root', join(folder, 'runc'), 'kill', id, 'KILL'], BOUND);
      };
      const exec = (...program: readonly string[]): void => {
        execFileSync('runc', ['--root', join(folder, 'runc'), 'exec', id, ...program], BOUND);
      };
      return { id, ended, kill, exec };
    },
    dispose: async () => {
      for (const hierarchy of HIERARCHIES) killCgroup(join(hierarchy, base));
      await Promise.all([...running].map((child) => once(child, 'exit')));
      for (const hierarchy of HIERARCHIES) await removeCgroup(join(hierarchy, base));
      execFileSync('umount', [join(folder, 'bpf')]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** As kuberuntime does (legacyLogSymlink): it stays until the kubelet removes the dead container. */
function linkLog(directory: string, name: string): void {
  mkdirSync(directory, { recursive: true });
  symlinkSync('/var/log/pods/none', join(directory, name));
}

interface Bundle {
  readonly id: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly cgroupsPath: string;
  readonly podUid: string;
}

/** Where containerd's shim keeps it, with the annotations of its CRI plugin. */
function makeBundle(folder: string, { id, name, args, cgroupsPath, podUid }: Bundle): string {
  const bundle = join(folder, 'run/containerd/io.containerd.runtime.v2.task/k8s.io', id);
  mkdirSync(bundle, { recursive: true });
  const config = {
    ociVersion: '1.0.2',
    root: { path: join(folder, 'root'), readonly: true },
    process: { user: { uid: 0, gid: 0 }, args, env: ['PATH=/bin'], cwd: '/', noNewPrivileges: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/gate', type: 'none', source: join(folder, 'gates', podUid), options: ['bind', 'ro'] },
    ],
    annotations: { 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.container-name': name },
    linux: { cgroupsPath, namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  writeFileSync(join(bundle, 'runtime'), '');
  return bundle;
}

function killCgroup(directory: string): void {
  const kill = join(directory, 'cgroup.kill');
  if (existsSync(kill)) writeFileSync(kill, '1');
}

/** From the leaves up, once the kernel has let go of the last process. */
async function removeCgroup(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(directory, entry.name));
  }
  for (let attempt = 0; ; attempt += 1) {
    try {
      rmdirSync(directory);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
