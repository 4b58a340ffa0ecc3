/** What a tracer sees of its node, and the two things that Flak gives it: where to report, and who it is. */

import { FILES, OBJECTS, TOKEN_AUDIENCE } from '../names.ts';

/** `/run/flak` of the node is mounted at the same path; images where `/var/run` is a link would put both into one place. */
export const TRACER_PATHS = {
  identity: '/etc/flak/identity',
  endpoint: '/etc/flak/endpoint',
  filesEndpoint: '/etc/flak/files-endpoint',
  /** Lines of file accesses wait here, on a disk of the node: they may be more than its memory bears. */
  lines: '/var/lib/flak/files',
} as const;

/** Tokens live an hour; the kubelet renews them at 80 % of it (kubelet/token/token_manager.go). */
const TOKEN_SECONDS = 3600;

/**
 * No mount propagation: it would keep the tracer from starting where the node's root is a private mount. What is mounted
 * on the node later isn't needed (runtimes keep their records in plain files below /run), but for bpffs, which
 * tracer/ledger/node.ts reaches through a process of the host.
 */
const MOUNTS: readonly object[] = [
  { name: 'cgroup', mountPath: '/host/sys/fs/cgroup', readOnly: true },
  { name: 'bpf', mountPath: '/sys/fs/bpf' },
  { name: 'flak', mountPath: '/run/flak' },
  { name: 'run', mountPath: '/host/run', readOnly: true },
  { name: 'log', mountPath: '/host/var/log', readOnly: true },
  { name: 'endpoint', mountPath: TRACER_PATHS.endpoint, readOnly: true },
  { name: 'identity', mountPath: TRACER_PATHS.identity, readOnly: true },
];

/** Only for tracers that write lines. */
const LINES_MOUNTS: readonly object[] = [
  { name: 'lines', mountPath: TRACER_PATHS.lines },
  { name: 'files-endpoint', mountPath: TRACER_PATHS.filesEndpoint, readOnly: true },
];

/** @param writesLines whether it writes lines of file accesses */
export function tracerMounts(writesLines: boolean): readonly object[] {
  return writesLines ? [...MOUNTS, ...LINES_MOUNTS] : MOUNTS;
}

/** No emptyDir among them: `kubectl drain` refuses pods with one. */
export function tracerVolumes(writesLines: boolean): readonly object[] {
  return [
    { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
    { name: 'bpf', hostPath: { path: '/sys/fs/bpf', type: 'Directory' } },
    { name: 'flak', hostPath: { path: '/run/flak', type: 'DirectoryOrCreate' } },
    { name: 'run', hostPath: { path: '/run', type: 'Directory' } },
    { name: 'log', hostPath: { path: '/var/log', type: 'Directory' } },
    { name: 'endpoint', configMap: { name: OBJECTS.endpointConfigMap } },
    { name: 'identity', projected: { defaultMode: 0o400, sources: [tokenFor(TOKEN_AUDIENCE)] } },
    ...(writesLines ? LINES_VOLUMES : []),
  ];
}

function tokenFor(audience: string): object {
  return { serviceAccountToken: { path: 'token', audience, expirationSeconds: TOKEN_SECONDS } };
}

/**
 * `optional`: a tracer starts where nobody stores lines, and hears of it when somebody does. The token is one that the
 * control plane doesn't take: whoever takes over the store can't report in a tracer's place.
 */
const FILES_SOURCES: readonly object[] = [
  { configMap: { name: OBJECTS.filesEndpointConfigMap, optional: true } },
  tokenFor(FILES.audience),
];
const LINES_VOLUMES: readonly object[] = [
  { name: 'lines', hostPath: { path: TRACER_PATHS.lines, type: 'DirectoryOrCreate' } },
  { name: 'files-endpoint', projected: { defaultMode: 0o400, sources: FILES_SOURCES } },
];
