import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Progress } from '../progress.ts';
import { runCommand, tryCommand } from '../run-command.ts';

/** What the cluster itself is made from. */
export const CLUSTER_PACKAGES = [
  'etcd-server',
  'containerd',
  'runc',
  'containernetworking-plugins',
  'conntrack',
  'iptables',
  'nftables',
  'ipset',
  'socat',
  'iproute2',
] as const;

/** What images are built with. */
export const IMAGE_PACKAGES = ['buildah', 'mmdebstrap', 'ca-certificates'] as const;

/** A machine that has just booted may be installing updates; a mirror may fail once. */
const PATIENTLY = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'] as const;

const POLICY = '/usr/sbin/policy-rc.d';
const SAVED_POLICY = `${POLICY}.flak-saved`;

/** Installs those of `wanted` that are missing, each named before; none of their services is started. */
export async function installPackages(
  wanted: readonly string[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const missing: string[] = [];
  for (const name of wanted) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  progress.note(`Installing Debian packages: ${missing.join(' ')}`);
  await progress.step('Debian packages', async (detail) => {
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, onLine: detail, signal };
    // A machine may have sources that don't answer; whether the packages are there is for the install to say.
    await tryCommand(['apt-get', ...PATIENTLY, 'update', '-q'], options);
    await withoutServices(() =>
      runCommand(['apt-get', ...PATIENTLY, 'install', '-y', '-q', '--no-install-recommends', ...missing], options),
    );
  });
}

async function isInstalled(name: string): Promise<boolean> {
  const status = await tryCommand(['dpkg-query', '--show', '--showformat=${db:Status-Status}', name]);
  return status === 'installed';
}

/** Runs `work` while invoke-rc.d may start nothing (exit code 101, invoke-rc.d(8)); then the policy is as before. */
async function withoutServices(work: () => Promise<unknown>): Promise<void> {
  if (existsSync(POLICY) && !existsSync(SAVED_POLICY)) renameSync(POLICY, SAVED_POLICY);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  try {
    await work();
  } finally {
    rmSync(POLICY, { force: true });
    if (existsSync(SAVED_POLICY)) renameSync(SAVED_POLICY, POLICY);
  }
}
