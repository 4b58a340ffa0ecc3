/** Which labels a canary keeps. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LabelFacts } from '../../../../cli/verify/canary/selectors.ts';
import { keepLabels } from '../../../../cli/verify/canary/selectors.ts';

const LABELS = { app: 'web', tier: 'front', team: 'a', 'pod-template-hash': '5f', 'batch.kubernetes.io/job-name': 'x' };
const FRONT = { name: 'front', selector: { tier: 'front' } };
const OTHER = { name: 'other', selector: { tier: 'back' } };
const BY_HAND = { name: 'by-hand', selector: {} };
const BY_APP = { selector: { matchLabels: { app: 'web' } }, adopts: false };

function keep(changes: Partial<LabelFacts>): ReturnType<typeof keepLabels> {
  return keepLabels({
    labels: LABELS,
    owner: BY_APP,
    services: [FRONT, OTHER, BY_HAND],
    withTraffic: false,
    ...changes,
  });
}

describe('the labels of a canary', () => {
  it('are those that neither its owner nor a Service selects by', () => {
    assert.deepEqual(keep({}), { kind: 'kept', labels: { team: 'a' }, services: ['front'] });
    assert.deepEqual(keep({ services: [] }), { kind: 'kept', labels: { tier: 'front', team: 'a' }, services: [] });
    const expressions = {
      selector: { matchExpressions: [{ key: 'team', operator: 'Exists' as const }] },
      adopts: true,
    };
    assert.deepEqual(keep({ owner: expressions, services: [] }), {
      kind: 'kept',
      labels: { app: 'web', tier: 'front' },
      services: [],
    });
  });

  it("are with traffic the Services' too, but not the owner's", () => {
    assert.deepEqual(keep({ withTraffic: true }), {
      kind: 'kept',
      labels: { tier: 'front', team: 'a' },
      services: ['front'],
    });
  });

  it('are with traffic those of a Deployment that its Service selects by: ReplicaSets select by their hash as well', () => {
    const services = [{ name: 'web', selector: { app: 'web' } }];
    assert.deepEqual(keep({ withTraffic: true, services }), {
      kind: 'kept',
      labels: { app: 'web', tier: 'front', team: 'a' },
      services: ['web'],
    });
    const adopting = { ...BY_APP, adopts: true };
    assert.deepEqual(keep({ withTraffic: true, services, owner: adopting }), {
      kind: 'inseparable',
      services: ['web'],
    });
  });

  it('are looked at by every operator that an owner may select with', () => {
    for (const [operator, matches] of [
      ['In', false],
      ['NotIn', true],
      ['Exists', false],
      ['DoesNotExist', true],
    ] as const) {
      const matchExpressions = [{ key: 'zone', operator, values: ['a'] }];
      const owner = { selector: { matchExpressions }, adopts: true };
      assert.equal(keep({ owner, services: [] }).kind, matches ? 'inseparable' : 'kept', operator);
    }
  });

  const operator = fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist');
  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom<string>('1', '2');
  const map = fc.dictionary(key, value);
  const selector = fc.record({
    matchLabels: map,
    matchExpressions: fc.array(fc.record({ key, operator, values: fc.array(value) }), { maxLength: 3 }),
  });
  const services = fc.array(fc.record({ name: fc.constant('s'), selector: map }), { maxLength: 3 });

  it('never bring a Service’s traffic unless asked, nor an owner that matches what it has', () => {
    fc.assert(
      fc.property(map, selector, services, fc.boolean(), (labels, of, all, withTraffic) => {
        const kept = keepLabels({ labels, owner: { selector: of, adopts: true }, services: all, withTraffic });
        if (kept.kind === 'inseparable') return;
        const selects = (wanted: Readonly<Record<string, string>>): boolean =>
          Object.keys(wanted).length > 0 && Object.entries(wanted).every(([name, is]) => kept.labels[name] === is);
        if (!withTraffic) assert.ok(!all.some((service) => selects(service.selector)));
        const meets = of.matchExpressions.every(({ key: name, operator: op, values }) => {
          const is = kept.labels[name];
          if (op === 'Exists') return is !== undefined;
          if (op === 'DoesNotExist') return is === undefined;
          return op === 'In' ? is !== undefined && values.includes(is) : is === undefined || !values.includes(is);
        });
        const labelled = Object.entries(of.matchLabels).every(([name, is]) => kept.labels[name] === is);
        assert.ok(!(meets && labelled));
      }),
    );
  });
});
