/** What was found on the machine; gathered by read-machine.ts. */
export interface MachineFacts {
  readonly userId: number | undefined;
  readonly platform: string;
  /** ID, VERSION_ID and PRETTY_NAME of /etc/os-release, empty when it has none. */
  readonly distribution: { readonly id: string; readonly version: string; readonly name: string };
  /** What `go env GOVERSION` says, such as `go1.26.8`; undefined without Go. */
  readonly goVersion: string | undefined;
  readonly hasBtf: boolean;
}

const MIN_GO = [1, 26] as const;
const MIN_DEBIAN = 12;

/** What building images takes, for a cluster that is elsewhere; a sentence each. */
export function missingForImages({ platform, userId, distribution }: MachineFacts): string[] {
  if (platform !== 'linux') return [`Building the images needs Linux; this is ${platform}.`];
  const missing: string[] = [];
  if (userId !== 0) missing.push('Building the images needs root: buildah runs their steps in mounts of its own.');
  if (!isDebian(distribution)) {
    missing.push(
      `Building the images needs Debian ${MIN_DEBIAN} or newer, for its packages; this is ${nameOf(distribution)}.`,
    );
  }
  return missing;
}

/** One sentence for each thing that is missing; empty when the cluster can be made here. */
export function missingPrerequisites(facts: MachineFacts): string[] {
  const { distribution } = facts;
  const missing: string[] = [];
  if (facts.platform !== 'linux') return [`The test cluster needs Linux; this is ${facts.platform}.`];
  if (facts.userId !== 0) missing.push('The test cluster needs root: it makes cgroups, mounts and network interfaces.');
  if (!isDebian(distribution)) {
    missing.push(
      `The test cluster needs Debian ${MIN_DEBIAN} or newer, for its packages; this is ${nameOf(distribution)}.`,
    );
  }
  if (facts.goVersion === undefined) {
    missing.push(`The test cluster needs Go ≥ ${MIN_GO.join('.')}, to compile Kubernetes; there is no \`go\` in PATH.`);
  } else if (!isRecentGo(facts.goVersion)) {
    missing.push(`The test cluster needs Go ≥ ${MIN_GO.join('.')}, to compile Kubernetes; this is ${facts.goVersion}.`);
  }
  if (!facts.hasBtf) {
    missing.push('The tracer needs a kernel with BTF (CONFIG_DEBUG_INFO_BTF); /sys/kernel/btf/vmlinux is missing.');
  }
  return missing;
}

function isDebian({ id, version }: MachineFacts['distribution']): boolean {
  return id === 'debian' && Number(version) >= MIN_DEBIAN;
}

function nameOf({ name }: MachineFacts['distribution']): string {
  return name === '' ? 'another system' : name;
}

function isRecentGo(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return version.startsWith('devel');
  return Number(major) > MIN_GO[0] || (Number(major) === MIN_GO[0] && Number(minor) >= MIN_GO[1]);
}
