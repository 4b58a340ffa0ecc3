import assert from 'node:assert/strict';
import { ABIS } from '../../../profile/recording.ts';
import { riskOf } from '../../../profile/risk.ts';
import { ALLOWED_BY_CONTAINERD, runtimeDefaultOf } from '../../../profile/runtime-default.ts';
import { isKnownName, numbersOf } from '../../../profile/syscalls/names.ts';

const names = [...new Set(ABIS.flatMap((abi) => [...numbersOf(abi).values()]))];

describe("the runtime's default profile", () => {
  it('lets as many of x86_64 through as the file it is derived from', () => {
    // Counted in moby/profiles seccomp/v0.2.3: 305 without conditions, clone, personality and socket with some.
    const of = (kind: string): string[] =>
      [...numbersOf('x86_64').values()].filter((name) => runtimeDefaultOf(name).kind === kind);
    assert.equal(of('allowed').length, 305);
    assert.deepEqual(of('narrowed'), ['socket', 'clone', 'personality']);
    assert.equal(of('blocked').length, 34);
    assert.equal(of('with-capability').length, 385 - 305 - 3 - 34);
  });

  it('names the capabilities that open a call', () => {
    assert.deepEqual(runtimeDefaultOf('bpf'), { kind: 'with-capability', capabilities: ['CAP_SYS_ADMIN', 'CAP_BPF'] });
    assert.deepEqual(runtimeDefaultOf('nope'), { kind: 'unknown' });
    assert.deepEqual(
      ALLOWED_BY_CONTAINERD.map((name) => runtimeDefaultOf(name).kind),
      Array(3).fill('with-capability'),
    );
  });
});

describe('the risk of a call', () => {
  it('has a source wherever it is above ordinary, or says anything', () => {
    for (const name of names)
      for (const risk of [riskOf(name, false), riskOf(name, true)]) {
        assert.equal(risk.why === '', risk.sources.length === 0, name);
        if (risk.class !== 'ordinary') assert.ok(risk.sources.length > 0, name);
      }
  });

  it('is above ordinary for everything that the default keeps behind a way into kernel or host', () => {
    const careless = names.filter(
      (name) => runtimeDefaultOf(name).kind === 'blocked' && riskOf(name, false).class === 'ordinary',
    );
    assert.deepEqual(careless, []);
    assert.equal(riskOf('uprobe', false).why, 'runtimes block it by default');
  });

  it('cites identifiers in their form', () => {
    const sources = names.flatMap((name) => riskOf(name, false).sources);
    const cves = sources.filter((source) => source.startsWith('CVE'));
    assert.ok(cves.length > 20);
    assert.ok(cves.every((cve) => /^CVE-\d{4}-\d{4,7}\b/.test(cve)));
  });

  it('of clone depends on its flags being narrowed', () => {
    assert.deepEqual([riskOf('clone', false).class, riskOf('clone', true).class], ['elevated', 'ordinary']);
    assert.deepEqual([riskOf('clone3', false).class, riskOf('bpf', true).class], ['elevated', 'severe']);
  });

  it('is about calls that exist', () => {
    assert.equal(riskOf('mount', false).class, 'severe');
    assert.equal(riskOf('read', false).class, 'ordinary');
    assert.ok(names.every((name) => isKnownName(name, ABIS)));
  });
});
