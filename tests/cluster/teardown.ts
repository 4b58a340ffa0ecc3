import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { FIRST_NODE, SECOND_NODE } from './addresses.ts';
import { recordedDaemons, stopDaemons } from './daemons/daemon.ts';
import type { Layout } from './layout.ts';
import { BPF_FILE_SYSTEM, readBefore, writeSysctl, type Before } from './machine/before.ts';
import { isMountPoint, unmountBelow } from './machine/mounts.ts';
import { removeKubernetesRules } from './network/ip-tables.ts';
import { stopNode } from './nodes/stop-node.ts';

/** Flak's own traces on a node that outlive its pods. */
const FLAK_PINS = `${BPF_FILE_SYSTEM}/flak`;
const FLAK_RUN = '/run/flak';

/**
 * Stops everything and puts the machine back as it was. What isn't there is no error, so it can be called at any time.
 * @param keepLogs after a failed start: the logs stay, to be read
 */
export async function tearDown(layout: Layout, keepLogs: boolean): Promise<void> {
  const before = readBefore(layout);
  await stopNode(SECOND_NODE, layout);
  await stopNode(FIRST_NODE, layout);
  await stopDaemons(layout, recordedDaemons(layout));
  await rm(FLAK_PINS, { recursive: true, force: true });
  await rm(FLAK_RUN, { recursive: true, force: true });
  if (before !== undefined) await restore(before);
  await unmountBelow(layout.state);
  if (keepLogs) {
    for (const path of [layout.etcd, layout.certificates, layout.kubeconfigs, layout.configuration, layout.kubeconfig])
      await rm(path, { recursive: true, force: true });
  } else {
    await rm(layout.state, { recursive: true, force: true });
  }
  await rm(layout.run, { recursive: true, force: true });
}

async function restore(before: Before): Promise<void> {
  await removeKubernetesRules('v4', before.ipTables.v4);
  await removeKubernetesRules('v6', before.ipTables.v6);
  for (const [name, value] of Object.entries(before.sysctls)) writeSysctl(name, value);
  for (const path of before.absentPaths) {
    await unmountBelow(path);
    if (existsSync(path)) await rm(path, { recursive: true, force: true });
  }
  if (!before.bpfFileSystem && isMountPoint(BPF_FILE_SYSTEM)) await unmountBelow(BPF_FILE_SYSTEM);
}
