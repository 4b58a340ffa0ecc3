/** Where the node's kubelet keeps its state, as the mounts of the tracer's own pod tell. Pure. */

interface Mount {
  /** `major:minor` of its file system. */
  readonly device: string;
  readonly point: string;
}

/**
 * The kubelet makes a file system of its own (a tmpfs) for the tracer's token, below `<root>/pods/<uid>/volumes/`: where the node has
 * that mounted is where the kubelet's root is, whatever the distribution calls it.
 * @param own /proc/self/mountinfo
 * @param host mountinfo of a process in the node's mount namespace
 * @param tokenFolder where the tracer's container has the token's volume
 * @returns an absolute path without symbolic links; undefined where the mounts don't tell
 */
export function kubeletRootIn(own: string, host: string, tokenFolder: string): string | undefined {
  const device = mountsIn(own).find(({ point }) => point === tokenFolder)?.device;
  if (device === undefined) return undefined;
  const points = mountsIn(host).filter((mount) => mount.device === device);
  return points.flatMap(({ point }) => VOLUME.exec(point)?.[1] ?? []).find((root) => root !== '');
}

const VOLUME = /^(.*)\/pods\/[0-9a-f-]{36}\/volumes\/kubernetes\.io~projected\/[^/]+$/;

/** Lines of proc_pid_mountinfo(5): ID, parent, device, root, mount point, and more. */
function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [, , device, , point] = line.split(' ');
    return device === undefined || point === undefined ? [] : [{ device, point: unescape(point) }];
  });
}

/** Blanks, tabs, newlines and backslashes are written in octal. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
