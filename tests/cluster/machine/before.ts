import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Layout } from '../layout.ts';
import { isMountPoint } from './mounts.ts';
import { ipTables } from '../network/ip-tables.ts';

/** Sysctls that kubelet, kube-proxy, the CNI bridge or this program set. */
const SYSCTLS = [
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
];

/** Directories outside our own that containerd, kubelet, CNI plugins or Flak make. */
const PATHS = [
  '/run/containerd',
  '/run/flak',
  '/run/flannel',
  '/run/xtables.lock',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
  '/usr/libexec/kubernetes',
  '/opt/containerd',
  '/etc/cni',
];

export const BPF_FILE_SYSTEM = '/sys/fs/bpf';

const beforeSchema = z.object({
  bootId: z.string(),
  stateDirectory: z.string(),
  sysctls: z.record(z.string(), z.string()),
  absentPaths: z.array(z.string()),
  bpfFileSystem: z.boolean(),
  ipTables: z.object({ v4: z.array(z.string()), v6: z.array(z.string()) }),
});
/** The machine before the cluster, as far as the cluster changes it. */
export type Before = z.infer<typeof beforeSchema>;

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Records the machine as it is, unless the cluster is up already (then it no longer is as it was). */
export async function recordBefore(layout: Layout): Promise<Before> {
  const known = readBefore(layout);
  if (known !== undefined) return known;
  const before: Before = {
    bootId: bootId(),
    stateDirectory: layout.state,
    sysctls: Object.fromEntries(
      SYSCTLS.filter((name) => existsSync(`/proc/sys/${name}`)).map((name) => [name, readSysctl(name)]),
    ),
    absentPaths: PATHS.filter((path) => !existsSync(path)),
    bpfFileSystem: isMountPoint(BPF_FILE_SYSTEM),
    ipTables: { v4: await ipTables('v4'), v6: await ipTables('v6') },
  };
  mkdirSync(dirname(layout.before), { recursive: true });
  writeFileSync(layout.before, JSON.stringify(before, undefined, 2));
  return before;
}

/** The record of the cluster that is up; undefined when there is none, or it was before the last reboot. */
export function readBefore(layout: Layout): Before | undefined {
  if (!existsSync(layout.before)) return undefined;
  const before = beforeSchema.parse(JSON.parse(readFileSync(layout.before, 'utf8')));
  return before.bootId === bootId() ? before : undefined;
}

export function readSysctl(name: string): string {
  return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
}

export function writeSysctl(name: string, value: string): void {
  if (readSysctl(name) !== value) writeFileSync(`/proc/sys/${name}`, value);
}
