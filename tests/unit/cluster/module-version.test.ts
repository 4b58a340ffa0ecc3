import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompileProgress } from '../../cluster/binaries/compile-progress.ts';
import { binariesKey, kubernetesVersion, linkerFlags } from '../../cluster/binaries/module-version.ts';

const GO_MOD = readFileSync(join(import.meta.dirname, '../../cluster/kubernetes/go.mod'), 'utf8');

describe("Kubernetes' binaries", () => {
  it('have the version that go.mod requires, and each staging module its release', () => {
    const version = kubernetesVersion(GO_MOD);
    assert.match(version, /^v1\.\d+\.\d+$/);
    const staging = [...GO_MOD.matchAll(/^\s*(?:replace )?k8s\.io\/\S+ => k8s\.io\/\S+ (v\S+)$/gm)].map(([, v]) => v);
    assert.ok(staging.length > 20);
    assert.deepEqual([...new Set(staging)], [version.replace('v1.', 'v0.')]);
  });

  it('are refused from a go.mod without Kubernetes', () => {
    assert.throws(() => kubernetesVersion('module x\nrequire k8s.io/kubernetes-csi v1.2.3\n'), /requires no/);
  });

  it('are told their version by the linker', () => {
    const flags = linkerFlags('v1.36.2');
    for (const module of ['component-base/version', 'client-go/pkg/version']) {
      assert.ok(flags.includes(`-X k8s.io/${module}.gitVersion=v1.36.2`));
      assert.ok(flags.includes(`-X k8s.io/${module}.gitMajor=1`));
      assert.ok(flags.includes(`-X k8s.io/${module}.gitMinor=36`));
    }
  });

  it('are kept under a name that another go.mod or another Go changes', () => {
    const key = binariesKey(GO_MOD, 'go1.26.8');
    assert.ok(key.startsWith(`kubernetes-${kubernetesVersion(GO_MOD)}-`));
    assert.equal(binariesKey(GO_MOD, 'go1.26.8'), key);
    assert.notEqual(binariesKey(`${GO_MOD}\n// changed`, 'go1.26.8'), key);
    assert.notEqual(binariesKey(GO_MOD, 'go1.26.9'), key);
  });
});

describe('progress of the compilation', () => {
  it('counts modules while they are fetched, then packages, and nothing else that go says', () => {
    const progress = new CompileProgress();
    progress.take('go: downloading k8s.io/api v0.36.2');
    assert.equal(progress.take('k8s.io/kubernetes/cmd/kubelet'), '1 modules downloaded');
    progress.setTotal(1_700);
    assert.equal(progress.take('internal/abi'), '1 of at most 1700 packages compiled');
    progress.take('# k8s.io/kubernetes/cmd/kubelet');
    progress.take('go: downloading k8s.io/cri-api v0.36.2');
    assert.equal(progress.take('sigs.k8s.io/yaml/goyaml.v2'), '2 of at most 1700 packages compiled');
  });
});
