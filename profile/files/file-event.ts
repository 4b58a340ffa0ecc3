/** One system call as the file report needs to see it. Falco's events (tracer/falco/event.ts) have this shape. */
export interface FileEvent {
  /** When the call returned, by the node's wall clock, in nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** Falco's name of the call. */
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly containerId: string | undefined;
  /** A negative errno where the call failed. */
  readonly ret: number | undefined;
  /** The file descriptor that the call was about, or the one that it made. */
  readonly fd: number | undefined;
  /** Absolute where Falco could resolve it. */
  readonly path: string | undefined;
  /** As Falco writes them: `O_RDONLY|O_CLOEXEC`. */
  readonly flags: string | undefined;
  /** Bytes that the call asked for. */
  readonly size: bigint | undefined;
  /** The fields of `FILE_FIELDS` that have a value. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What a summary asks of Falco beside what every event has. Falco prints each field of each event, so there are no more. */
export const SUMMARY_FIELDS = ['evt.rawarg.path', 'proc.exepath', 'fs.path.source', 'fs.path.target'] as const;

/**
 * What lines ask for: also single arguments, as the program gave them. Names as in libs' event_table.c and
 * sinsp_filtercheck_fspath.cpp.
 */
export const FILE_FIELDS = [
  ...SUMMARY_FIELDS,
  'evt.rawarg.name',
  'evt.rawarg.fd',
  'evt.rawarg.oldfd',
  'evt.rawarg.newfd',
  'evt.rawarg.addr',
  'evt.rawarg.length',
] as const;
export type FileField = (typeof FILE_FIELDS)[number];

/** Whether a call did what it was asked for; one whose return value isn't known is not taken for a success. */
export function succeeded({ ret }: Pick<FileEvent, 'ret'>): boolean {
  return ret !== undefined && !isErrno(ret);
}

/** The kernel's range of error codes (include/linux/err.h, MAX_ERRNO): addresses returned by mmap may be negative too. */
function isErrno(ret: number): boolean {
  return ret < 0 && ret >= -4095;
}

/** runc's stages (libcontainer/nsenter/nsexec.c, prctl PR_SET_NAME), crun, and CRI-O's monitor. */
const RUNTIMES = /^(runc(:\[\d:[A-Z]+\])?|crun|conmon)$/;

/**
 * The runtime's own doing in the container's cgroup, before it becomes the container's program or one of `kubectl exec`: what
 * it does with files (the mounts it makes, the folders for them) is not the target's.
 */
export function isSetUp({ comm }: Pick<FileEvent, 'comm'>): boolean {
  return RUNTIMES.test(comm);
}
