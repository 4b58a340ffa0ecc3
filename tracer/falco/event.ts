/**
 * One system call of the target as Falco reported it. Falco reports calls as they return (since 0.42 there is no event of
 * their entry), in the order of its ring buffers, which is the order of time but for a few neighbours.
 */
export interface FalcoEvent {
  /** When the call returned, by the node's wall clock, in nanoseconds since 1970: above 2^53. */
  readonly timeNs: bigint;
  /** Falco's name of the call (`evt.type`); profile/falco-names.ts knows the kernel's. */
  readonly name: string;
  /** As the node counts, not the container's PID namespace. */
  readonly pid: number;
  readonly tid: number;
  /** The name as Falco keeps it (15 bytes at most): the program's, which a prctl(PR_SET_NAME) changes only for what is cloned from then on. */
  readonly comm: string;
  /** 64 hex digits; undefined for a process directly in the pod's cgroup, or in one that is no container's. */
  readonly containerId: string | undefined;
  /** What the call returned, a negative errno where it failed; undefined for calls that Falco reports without arguments. */
  readonly ret: number | undefined;
  /** The file descriptor that the call was about, or the one that it made (`fd.num`). Only where files were asked for. */
  readonly fd: number | undefined;
  /** The path that the call names, else that of its descriptor; absolute where Falco could resolve it. Only where files were asked for. */
  readonly path: string | undefined;
  /** As Falco writes them: `O_RDONLY|O_CLOEXEC`. Only where files were asked for. */
  readonly flags: string | undefined;
  /** Bytes that the call asked for (`evt.rawarg.size`). Only where files were asked for. */
  readonly size: bigint | undefined;
  /** What else was asked for, by Falco's name of the field, as the text of its JSON value; a field without a value is missing. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Who wants to see events one by one. */
export interface FalcoListener {
  /**
   * Falco's names of fields beside those that every event has. Single fields only: `evt.args`, `proc.cmdline`, `proc.env` and the
   * like hold a program's arguments or environment, and are refused.
   */
  readonly fields: readonly string[];
  /** Called for each event of a container of the target, in order; never for the gate's. Must not throw and not take long. */
  readonly onEvent: (event: FalcoEvent) => void;
}
