import { createHash } from 'node:crypto';

/** Version of k8s.io/kubernetes that a go.mod requires, with its leading v. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes\s+(v\d+\.\d+\.\d+\S*)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod requires no k8s.io/kubernetes');
  return version;
}

/**
 * Linker flags: no symbol tables (a third of the size), and the version, which `go build` of a module doesn't set:
 * without it everything calls itself v0.0.0-master.
 */
export function linkerFlags(version: string): string {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)\./.exec(version) ?? [];
  const fields = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const sets = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((module) =>
    Object.entries(fields).map(([field, value]) => `-X ${module}.${field}=${value}`),
  );
  return ['-s -w', ...sets].join(' ');
}

/** Name of the directory the binaries are kept in: another go.mod, other flags or another Go make another one. */
export function binariesKey(goMod: string, goVersion: string): string {
  const version = kubernetesVersion(goMod);
  const hash = createHash('sha256')
    .update([goMod, linkerFlags(version), goVersion].join('\0'))
    .digest('hex');
  return `kubernetes-${version}-${hash.slice(0, 12)}`;
}
