/** Makes sure of the file system that the ledger's pins live in. */
import { execFile } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { promisify } from 'node:util';

const MOUNT_POINT = '/sys/fs/bpf';
/** BPF_FS_MAGIC, include/uapi/linux/magic.h. */
const BPF_FS = 0xcafe4a11;
const TIMEOUT_MS = 5_000;

/**
 * systemd mounts it on nearly every node. Where it doesn't, it is mounted in the host's mount namespace, that of process 1 (the tracer
 * runs with hostPID): mounted in the tracer's own, it would end with the tracer, and the pins with it. It comes back
 * here because the tracer's /sys/fs/bpf is mounted with HostToContainer propagation.
 * @throws when it can't be mounted
 */
export async function ensureBpffs(): Promise<void> {
  if (statfsSync(MOUNT_POINT).type === BPF_FS) return;
  const mount = ['mount', '-t', 'bpf', 'bpf', MOUNT_POINT];
  await promisify(execFile)('nsenter', ['--mount=/proc/1/ns/mnt', '--', ...mount], { timeout: TIMEOUT_MS });
}
