/** How the kubelet names a pod's cgroup, for both of its cgroup drivers. Pure. */

/**
 * - cgroupfs: `…/kubepods/[burstable/|besteffort/]pod<uid>`
 * - systemd: `…-kubepods[-burstable|-besteffort]-pod<uid with _ for ->.slice`, the prefix being the kubelet's `cgroupRoot`
 *   (`kubelet-kubepods-…` in kind); systemd demands that a slice's name spells its whole path.
 * Source: k8s.io/kubernetes/pkg/kubelet/cm (pod_container_manager_linux.go, cgroup_manager_linux.go).
 */
export function isPodCgroup(name: string, parentName: string, podUid: string): boolean {
  return podUidOf(name, parentName) === podUid;
}

/** @returns the UID as it is in the name (static pods have none with dashes); undefined for what is no pod's */
export function podUidOf(name: string, parentName: string): string | undefined {
  const plain = CGROUPFS_POD.exec(name);
  if (plain !== null) return CGROUPFS_PARENTS.has(parentName) ? plain[1] : undefined;
  return SYSTEMD_POD.exec(name)?.[1]?.replaceAll('_', '-');
}

/** Any pod's cgroup: nothing below it is looked at, as a pod may make directories of any name there. */
export function isAnyPodCgroup(name: string): boolean {
  return CGROUPFS_POD.test(name) || SYSTEMD_POD.test(name);
}

const CGROUPFS_POD = /^pod([0-9a-f-]{32,36})$/;
const CGROUPFS_PARENTS: ReadonlySet<string> = new Set(['kubepods', 'burstable', 'besteffort']);
const SYSTEMD_POD = /^(?:[^/]+-)?kubepods(?:-burstable|-besteffort)?-pod([0-9a-f_]{32,36})\.slice$/;
