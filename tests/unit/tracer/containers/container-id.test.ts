import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containerIdOf, isMonitor } from '../../../../tracer/containers/container-id.ts';

const id = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 64, maxLength: 64 });
const known = fc.tuple(fc.constantFrom('', 'cri-containerd-', 'crio-', 'docker-'), id);

describe("a container's ID", () => {
  it("is read from every runtime's cgroup name", () => {
    fc.assert(
      fc.property(known, ([prefix, digits]) => {
        assert.equal(containerIdOf(prefix === '' ? digits : `${prefix}${digits}.scope`), digits);
      }),
    );
  });

  it('is never made up: what is found stands in the name, whole, and nothing but a known prefix around it', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[a-z0-9.-]{0,80}$/),
      id,
      known.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(noise, noise, (a, b) => {
        for (const name of [a, a + b]) {
          const found = containerIdOf(name);
          if (found === null) continue;
          assert.match(found, /^[0-9a-f]{64}$/);
          assert.ok(['', 'cri-containerd-', 'crio-', 'docker-'].includes(name.slice(0, name.indexOf(found))));
        }
      }),
    );
  });

  const none: readonly string[] = [
    '',
    'a'.repeat(63),
    'a'.repeat(65),
    'A'.repeat(64),
    `${'a'.repeat(64)}.scope`,
    `cri-containerd-${'a'.repeat(64)}`,
    `crio-conmon-${'a'.repeat(64)}.scope`,
    `other-${'a'.repeat(64)}.scope`,
    `cri-containerd-${'a'.repeat(64)}.scope.d`,
  ];
  for (const name of none) {
    it(`is not in ${JSON.stringify(name)}`, () => {
      assert.equal(containerIdOf(name), null);
    });
  }

  it("is told apart from CRI-O's monitor", () => {
    assert.ok(isMonitor(`crio-conmon-${'a'.repeat(64)}.scope`));
    assert.ok(!isMonitor(`crio-${'a'.repeat(64)}.scope`));
  });
});
