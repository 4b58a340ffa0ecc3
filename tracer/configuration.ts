/** The tracer's configuration: environment variables set by the controller. Read once, every mistake reported together. */
import { z } from 'zod';

const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(86_400_000).default(fallback);
const path = z.string().regex(/^\//, 'must be an absolute path');

const environmentSchema = z.object({
  /** UID of the target pod; becomes part of paths, so nothing but a UUID passes. */
  FLAK_TARGET_UID: z.uuid().transform((uid) => uid.toLowerCase()),
  FLAK_TARGET_NAMESPACE: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a namespace name'),
  FLAK_TARGET_POD: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be a pod name'),
  FLAK_NODE_NAME: z.string().min(1).max(253),
  /** `before-gate`: a gate holds the target back until the ledger is armed. `late`: the target may be running already. */
  FLAK_ARMING: z.enum(['before-gate', 'late']),
  /** Who opens the gate: the tracer by a file (`hostPath`), the controller when it hears `armed` (`annotation`), nobody. */
  FLAK_GATE_MEDIUM: z.enum(['hostPath', 'annotation', 'none']),
  /** The target is a canary: the control plane has profiles for its node. */
  FLAK_PLACES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
  /** The tracer pod's own terminationGracePeriodSeconds. */
  FLAK_GRACE_SECONDS: z.coerce.number().int().min(6).max(86_400),
  /** Hashes (profile/exec-hash.ts) of the commands of the target's exec probes and lifecycle hooks. */
  FLAK_EXEC_HASHES: z
    .string()
    .regex(/^([0-9a-f]{16}(,[0-9a-f]{16}){0,63})?$/, 'must be at most 64 hashes of 16 hexadecimal digits')
    .default('')
    .transform((text) => (text === '' ? [] : text.split(',').map((hash) => BigInt(`0x${hash}`)))),
  FLAK_TOKEN_FILE: path.default('/var/run/flak/token'),
  /** Directory with the files ca.crt, address and port. */
  FLAK_ENDPOINT_DIR: path.default('/etc/flak/endpoint'),
  /** Name in the control plane's certificate; no DNS is asked for it. */
  FLAK_SERVER_NAME: z.string().min(1).max(253).default('flak.flak-system.svc'),
  /** `optional`: a target doesn't wait for it. */
  FLAK_FALCO: z.enum(['off', 'optional', 'required']).default('off'),
  /** Where there is no such file, the trace runs on the ledger alone. */
  FLAK_FALCO_BIN: path.default('/usr/bin/falco'),
  /** Falcos on this node at a time. */
  FLAK_FALCO_CAP: z.coerce.number().int().min(0).max(110).default(5),
  /** How long a required Falco may hold the gate, from the ledger's arming on. */
  FLAK_FALCO_WAIT_MS: milliseconds(10_000),
  FLAK_FALCO_ROOT: path.default('/run/flak/falco'),
  /** What is kept of the file accesses that Falco saw. */
  FLAK_FILES: z.enum(['off', 'summary', 'lines']).default('off'),
  /** Lines of threads of this name only; empty: of all. */
  FLAK_FILES_COMMAND: z.string().max(15).default(''),
  FLAK_FILES_MAX_STRING: z.coerce.number().int().min(16).max(4096).default(150),
  FLAK_FILES_ROTATE_BYTES: z.coerce.number().int().min(65_536).default(104_857_600),
  FLAK_FILES_CAP_BYTES: z.coerce.number().int().min(1_048_576).default(268_435_456),
  /** Where lines wait on the node. */
  FLAK_FILES_DIR: path.default('/run/flak/files'),
  /** Directory with the files ca.crt, address, port and token; without it lines are counted and dropped. */
  FLAK_FILES_ENDPOINT_DIR: path.optional(),
  /** Snapshots are taken at intervals doubling from the first to the longest, and sent when something new was seen. */
  FLAK_SNAPSHOT_MIN_MS: milliseconds(10_000),
  FLAK_SNAPSHOT_MAX_MS: milliseconds(600_000),
  /** How long to wait for the target's cgroup, which the kubelet makes before it pulls images, before giving up. */
  FLAK_CGROUP_WAIT_MS: milliseconds(30_000),
  FLAK_CGROUP_ROOT: path.default('/host/sys/fs/cgroup'),
  FLAK_RUN_ROOT: path.default('/host/run'),
  FLAK_LOG_ROOT: path.default('/host/var/log'),
  FLAK_GATE_ROOT: path.default('/run/flak/gates'),
  /** Where tracers keep the names of containers for their successors. */
  FLAK_ROLL_ROOT: path.default('/run/flak'),
  FLAK_PIN_ROOT: path.default('/sys/fs/bpf/flak'),
  FLAK_LOCK_FILE: path.default('/run/flak/ledger.lock'),
  FLAK_LEDGER_OBJECT: path,
  FLAK_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type Environment = Readonly<Record<string, string | undefined>>;
export type Configuration = ReturnType<typeof arrange>;

/**
 * @param ledgerObject where the compiled ledger is unless FLAK_LEDGER_OBJECT says otherwise
 * @returns the configuration, or one sentence per mistake
 */
export function parseConfiguration(
  environment: Environment,
  ledgerObject: string,
):
  | { readonly kind: 'ok'; readonly configuration: Configuration }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] } {
  const parsed = environmentSchema.safeParse({ FLAK_LEDGER_OBJECT: ledgerObject, ...environment });
  if (parsed.success) return { kind: 'ok', configuration: arrange(parsed.data) };
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { kind: 'invalid', mistakes };
}

function arrange(env: z.infer<typeof environmentSchema>) {
  return {
    target: { podUid: env.FLAK_TARGET_UID, namespace: env.FLAK_TARGET_NAMESPACE, pod: env.FLAK_TARGET_POD },
    nodeName: env.FLAK_NODE_NAME,
    arming: env.FLAK_ARMING,
    gateMedium: env.FLAK_GATE_MEDIUM,
    places: env.FLAK_PLACES,
    execHashes: env.FLAK_EXEC_HASHES,
    graceMs: env.FLAK_GRACE_SECONDS * 1000,
    pace: { firstSnapshotMs: env.FLAK_SNAPSHOT_MIN_MS, longestSnapshotMs: env.FLAK_SNAPSHOT_MAX_MS },
    cgroupWaitMs: env.FLAK_CGROUP_WAIT_MS,
    controlPlane: {
      tokenFile: env.FLAK_TOKEN_FILE,
      endpointDir: env.FLAK_ENDPOINT_DIR,
      serverName: env.FLAK_SERVER_NAME,
    },
    falco: {
      wish: env.FLAK_FALCO,
      binary: env.FLAK_FALCO_BIN,
      cap: env.FLAK_FALCO_CAP,
      waitMs: env.FLAK_FALCO_WAIT_MS,
      root: env.FLAK_FALCO_ROOT,
    },
    files: {
      wish: env.FLAK_FILES,
      command: env.FLAK_FILES_COMMAND === '' ? undefined : env.FLAK_FILES_COMMAND,
      maxStringBytes: env.FLAK_FILES_MAX_STRING,
      rotateBytes: env.FLAK_FILES_ROTATE_BYTES,
      capBytes: env.FLAK_FILES_CAP_BYTES,
      root: env.FLAK_FILES_DIR,
      endpointDir: env.FLAK_FILES_ENDPOINT_DIR,
    },
    cgroupRoot: env.FLAK_CGROUP_ROOT,
    runRoot: env.FLAK_RUN_ROOT,
    logRoot: env.FLAK_LOG_ROOT,
    gateRoot: env.FLAK_GATE_ROOT,
    rollRoot: env.FLAK_ROLL_ROOT,
    ledger: { pinRoot: env.FLAK_PIN_ROOT, lockFile: env.FLAK_LOCK_FILE, objectFile: env.FLAK_LEDGER_OBJECT },
    logLevel: env.FLAK_LOG_LEVEL,
  } as const;
}
