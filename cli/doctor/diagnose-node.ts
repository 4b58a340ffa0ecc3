/** From the look at a node to what a person does about it. Pure. */
import type { NodeCheck } from '../../tracer/check/node-check.ts';
import type { Diagnosis } from './diagnosis.ts';
import { fine, problem, warning } from './diagnosis.ts';

const REMEDIES: Readonly<Record<NonNullable<NodeCheck['refusal']>['refusal'], string>> = {
  'no-btf':
    'boot a kernel with CONFIG_DEBUG_INFO_BTF=y (Debian, Ubuntu, Fedora, RHEL 8.2 and newer have it); no headers are needed',
  'lockdown-confidentiality': 'boot with lockdown=integrity, or without Secure Boot',
  'missing-capability':
    'run it as root (sudo flak doctor); in a container, with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN',
  memlock: 'raise the limit: ulimit -l unlimited, or LimitMEMLOCK=infinity of the service',
  'bpffs-not-mountable': 'mount -t bpf bpf /sys/fs/bpf',
  'kernel-too-old': 'boot Linux 5.10 or newer',
  'cgroup-v1': 'boot with systemd.unified_cgroup_hierarchy=1',
  'no-free-slot': 'wait until a trace ends',
  'pod-cgroup-not-found': 'see docs/install.md',
  'profile-not-placed': 'see docs/verify.md',
  'no-libbpf': 'install it (Debian, Ubuntu: apt-get install libbpf1; Fedora, RHEL: dnf install libbpf)',
  'not-loaded': 'in a checkout, npm run ledger compiles it; otherwise free some memory and run it again',
};

export function diagnoseNode(where: string, check: NodeCheck): Diagnosis[] {
  const { refusal } = check;
  return [
    diagnoseKernel(where, check),
    check.btf ? fine(where, 'BTF', 'there') : problem(where, 'BTF', 'missing', REMEDIES['no-btf']),
    diagnoseLockdown(where, check),
    diagnoseCgroups(where, check),
    check.bpfFileSystem
      ? fine(where, 'BPF file system', 'mounted at /sys/fs/bpf')
      : fine(where, 'BPF file system', 'not mounted; Flak does that when it records'),
    check.libbpf ? fine(where, 'libbpf', 'there') : problem(where, 'libbpf', 'missing', REMEDIES['no-libbpf']),
    refusal === null
      ? fine(where, 'ledger', 'its programs load')
      : problem(where, 'ledger', `${refusal.refusal}: ${refusal.detail}`, REMEDIES[refusal.refusal]),
  ];
}

function diagnoseKernel(where: string, { kernel, architecture }: NodeCheck): Diagnosis {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  const detail = `Linux ${kernel} on ${architecture}`;
  if (architecture !== 'x64' && architecture !== 'arm64')
    return problem(where, 'kernel', detail, 'Flak knows the system calls of x86_64 and aarch64 only');
  const isOld = major < 5 || (major === 5 && minor < 10);
  return isOld ? problem(where, 'kernel', detail, REMEDIES['kernel-too-old']) : fine(where, 'kernel', detail);
}

function diagnoseLockdown(where: string, { lockdown }: NodeCheck): Diagnosis {
  return lockdown.includes('[confidentiality]')
    ? problem(where, 'lockdown', 'confidentiality', REMEDIES['lockdown-confidentiality'])
    : fine(where, 'lockdown', /\[(\w+)\]/.exec(lockdown)?.[1] ?? 'none');
}

function diagnoseCgroups(where: string, { cgroups }: NodeCheck): Diagnosis {
  if (cgroups === 'v1') return problem(where, 'cgroups', 'v1 alone', REMEDIES['cgroup-v1']);
  if (cgroups === 'v2') return fine(where, 'cgroups', 'v2');
  const remedy = `nothing for Flak; crun refuses containers there: ${REMEDIES['cgroup-v1']}`;
  return warning(where, 'cgroups', 'v1 and v2 side by side', remedy);
}
