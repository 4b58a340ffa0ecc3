/** Which container a cgroup belongs to, by its directory name. Pure. */

/**
 * `<id>` (cgroupfs driver), `cri-containerd-<id>.scope`, `crio-<id>.scope`, `docker-<id>.scope` (systemd driver).
 * containerd, CRI-O and Docker all make IDs of 64 hex digits.
 * @returns null for anything else: an ID is never made up from a name that only resembles one
 */
export function containerIdOf(cgroupName: string): string | null {
  return CONTAINER.exec(cgroupName)?.[1] ?? null;
}

/** The monitor that CRI-O starts beside each container; it runs on the host and is no part of the target. */
export function isMonitor(cgroupName: string): boolean {
  return MONITOR.test(cgroupName);
}

const CONTAINER =
  /^(?:(?=[0-9a-f]{64}$)|(?=(?:cri-containerd|crio|docker)-[0-9a-f]{64}\.scope$)[a-z-]+-)([0-9a-f]{64})(?:\.scope)?$/;
const MONITOR = /^crio-conmon-[0-9a-f]{64}(?:\.scope)?$/;
