import assert from 'node:assert/strict';
import { ERRNO } from '../../../../tracer/ledger/libbpf-call.ts';
import type { NodeFacts } from '../../../../tracer/ledger/refusal.ts';
import { refuseLoad, refuseNode } from '../../../../tracer/ledger/refusal.ts';

const FIT: NodeFacts = {
  hasBtf: true,
  lockdown: '[none] integrity confidentiality\n',
  capabilities: (1n << 21n) | (1n << 2n),
  hasCgroup2: true,
};

describe('refusing a node before anything is loaded', () => {
  it('finds nothing against a node with BTF, cgroup v2, CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH', () => {
    assert.equal(refuseNode(FIT), null);
    assert.equal(refuseNode({ ...FIT, lockdown: '' }), null);
    assert.equal(refuseNode({ ...FIT, lockdown: 'none [integrity] confidentiality' }), null);
  });

  const cases: [string, Partial<NodeFacts>][] = [
    ['no-btf', { hasBtf: false }],
    ['cgroup-v1', { hasCgroup2: false }],
    ['lockdown-confidentiality', { lockdown: 'none integrity [confidentiality]\n' }],
    ['missing-capability', { capabilities: (1n << 38n) | (1n << 39n) }],
    ['missing-capability', { capabilities: 1n << 21n }],
    ['missing-capability', { capabilities: 0n, hasBtf: false }],
  ];
  for (const [refusal, facts] of cases) {
    it(`says ${refusal} of a node with ${Object.keys(facts).join(' and ')} at fault`, () => {
      assert.equal(refuseNode({ ...FIT, ...facts })?.refusal, refusal);
    });
  }
});

describe('what an error while loading means', () => {
  const refusalOf = (errno: number, kernel: string, memlock: string): unknown =>
    refuseLoad({ message: 'load', errno }, kernel, memlock)?.refusal ?? null;

  it('is the memory limit only on kernels that charge maps to it, and only where there is one', () => {
    assert.equal(refusalOf(ERRNO.EPERM, '5.10.0-30-amd64', '65536'), 'memlock');
    assert.equal(refusalOf(ERRNO.ENOMEM, '5.4.0', '65536'), 'memlock');
    assert.equal(refusalOf(ERRNO.EPERM, '5.10.0', 'unlimited'), 'missing-capability');
    assert.equal(refusalOf(ERRNO.EPERM, '6.18.44-x', '8388608'), 'missing-capability');
  });

  it('is the kernel’s age where it does not know what it was asked', () => {
    assert.equal(refusalOf(22, '5.4.0', 'unlimited'), 'kernel-too-old');
  });

  it('is nothing the node is to blame for where memory is short just now, or the object file is missing', () => {
    assert.equal(refusalOf(ERRNO.ENOMEM, '6.1.0', '8388608'), null);
    assert.equal(refusalOf(ERRNO.ENOENT, '6.1.0', '8388608'), null);
  });
});
