/** Finds a container's record among the state directories of the node's runtimes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nameInLogLink, parseRuntimeRecord } from './runtime-record.ts';

export interface ContainerDescription {
  readonly name: string | null;
  readonly kind: 'container' | 'sandbox' | 'unknown';
  /** The OCI runtime's name (`runc`, `crun`); null where the record doesn't say. */
  readonly runtime: string | null;
}

export interface RecordPlaces {
  /** The node's /run. */
  readonly runRoot: string;
  /** The node's /var/log. */
  readonly logRoot: string;
  readonly namespace: string;
  readonly pod: string;
}

/** Where containerd's shim keeps bundles below its state directory, and CRI-O its containers' run-time files. */
const CONTAINERD_TASKS = 'io.containerd.runtime.v2.task/k8s.io';
const CRIO_CONTAINERS = 'containers/storage/overlay-containers';
/** An OCI config is some 10 kB; one that's larger than this is none. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** @returns undefined where nothing on the node knows the container (yet, or any more) */
export function findRecord(places: RecordPlaces, containerId: string): ContainerDescription | undefined {
  return (
    fromBundle(places.runRoot, containerId) ??
    fromUserdata(places.runRoot, containerId) ??
    fromLogs(places, containerId)
  );
}

/** State directories are /run/containerd by default, /run/k3s/containerd and the like elsewhere: up to two levels deep. */
function fromBundle(runRoot: string, containerId: string): ContainerDescription | undefined {
  for (const first of names(runRoot)) {
    const parents = [join(runRoot, first), join(runRoot, first, 'containerd')];
    for (const parent of parents) {
      const bundle = join(parent, CONTAINERD_TASKS, containerId);
      const record = parseRuntimeRecord(read(join(bundle, 'config.json')) ?? '');
      if (record !== undefined) return { ...record, runtime: runtimeOfBundle(bundle) };
    }
  }
  return undefined;
}

/** The shim's file `runtime` holds the binary it calls, empty for its default, runc (containerd, WriteRuntime). */
function runtimeOfBundle(bundle: string): string | null {
  const binary = read(join(bundle, 'runtime'));
  if (binary === undefined) return null;
  const name = basename(binary.trim());
  return name === '' ? 'runc' : name.slice(0, 128);
}

function fromUserdata(runRoot: string, containerId: string): ContainerDescription | undefined {
  const config = read(join(runRoot, CRIO_CONTAINERS, containerId, 'userdata/config.json'));
  const record = parseRuntimeRecord(config ?? '');
  return record === undefined ? undefined : { ...record, runtime: null };
}

/** The kubelet's links stay until it removes the dead container, long after the runtime has forgotten it. */
function fromLogs({ logRoot, pod, namespace }: RecordPlaces, containerId: string): ContainerDescription | undefined {
  for (const link of names(join(logRoot, 'containers'))) {
    const name = nameInLogLink(link, pod, namespace, containerId);
    if (name !== undefined) return { name, kind: 'container', runtime: null };
  }
  return undefined;
}

/**
 * Containers of the pod that have been created since the node booted: the kubelet makes a log directory of each just before
 * (k8s.io/kubernetes/pkg/kubelet/kuberuntime, startContainer), named with the pod's UID, and keeps it while the pod lives. Each new
 * instance of the container puts a file into it, so one untouched since the boot tells of an earlier life of the pod, before its gate.
 */
export function containersCreated({ logRoot, pod, namespace }: RecordPlaces, podUid: string, bootedAt: Date): string[] {
  const directory = join(logRoot, 'pods', `${namespace}_${pod}_${podUid}`);
  return names(directory).filter((name) => {
    const touched = statSync(join(directory, name), { throwIfNoEntry: false })?.mtime;
    return touched !== undefined && touched >= bootedAt;
  });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there, not a directory, or not mounted into the tracer: nothing is known from here.
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > MAX_CONFIG_BYTES ? undefined : text;
  } catch {
    return undefined;
  }
}
