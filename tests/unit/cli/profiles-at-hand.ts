/** Profiles in files and in a cluster, and `flak` run beside them. */
import { ok } from '../../../cli/ending.ts';
import { webProfile, webStatus, WORKLOAD } from '../profile/web-profile.ts';
import type { CliRun } from './fakes.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const twoImages = {
  ...webStatus(2),
  revisions: [...webStatus(3, 'docker.io/library/nginx:1.28').revisions, ...webStatus(1, 'other/nginx:1.26').revisions],
};
export const rules = (names: readonly string[], more: object = {}): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
    ...more,
  });

export const FILES: Readonly<Record<string, string>> = {
  'one.json': JSON.stringify(webProfile(1)),
  'two.json': JSON.stringify(webProfile(2)),
  'rules.json': rules(['read', 'write']),
  'more.json': rules(['read', 'write', 'bpf'], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }),
  'bad.json': rules(['raed']),
  'cut.json': JSON.stringify(webProfile(1)).slice(0, 900),
  '-': rules(['read']),
};

function cluster(): FakeCluster {
  const spec = { workload: WORKLOAD, container: 'nginx' };
  const object = (name: string, status: object) => ({ metadata: { name, namespace: 'shop' }, spec, status });
  return new FakeCluster({
    traces: [],
    syscallprofiles: [
      object('deployment-web-nginx', webStatus(2)),
      { ...object('deployment-api-nginx', twoImages), spec: { ...spec, workload: { ...WORKLOAD, name: 'api' } } },
    ],
  });
}

export function run(line: string, more: Parameters<typeof runAgainst>[2] = {}): Promise<CliRun> {
  return runAgainst(cluster(), line, {
    isFile: (path) => path in FILES && path !== '-',
    readText: (path) => Promise.resolve(ok(FILES[path] ?? '')),
    ...more,
  });
}
