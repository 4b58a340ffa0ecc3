import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PROBE_BOUNDS } from '../../../profile/probe-words.ts';
import { falcoSectionSchema } from '../../../profile/probes.ts';
import type { FalcoSection } from '../../../profile/probes.ts';
import { unionFalco } from '../../../profile/union-falco.ts';
import { falcoSection } from '../../arbitraries.ts';

function section(changes: Partial<FalcoSection> = {}): FalcoSection {
  return {
    state: 'watching',
    detail: '',
    version: '0.44.1',
    readyAt: '2026-01-01T00:00:02.000Z',
    calls: [],
    events: 0,
    drops: 0,
    gaps: [],
    gapsOmitted: 0,
    shed: [],
    ...changes,
  };
}

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

describe('two reports of one Falco', () => {
  it('say the same together in whatever order and grouping, and however often they come', () => {
    fc.assert(
      fc.property(falcoSection, falcoSection, falcoSection, (a, b, c) => {
        assert.deepEqual(unionFalco(a, b), unionFalco(b, a));
        assert.deepEqual(unionFalco(unionFalco(a, b), c), unionFalco(a, unionFalco(b, c)));
        assert.deepEqual(unionFalco(unionFalco(a, b), b), unionFalco(a, b));
      }),
    );
  });

  it('take nothing back that one of them said', () => {
    fc.assert(
      fc.property(falcoSection, falcoSection, (a, b) => {
        const union = unionFalco(a, b);
        const namesOf = ({ calls }: FalcoSection) =>
          new Set(calls.flatMap(({ container, names }) => names.map((name) => `${container}/${name}`)));
        assert.ok(namesOf(union).isSupersetOf(namesOf(a).union(namesOf(b))));
        assert.ok(union.drops >= a.drops && union.events >= b.events);
        assert.ok(new Set(union.shed).isSupersetOf(new Set(a.shed)));
        assert.ok(falcoSectionSchema.safeParse(union).success);
      }),
    );
  });

  it('say of the state what one that came later would not: that it failed, that it watched', () => {
    const stateOf = (a: FalcoSection['state'], b: FalcoSection['state']) =>
      unionFalco(section({ state: a }), section({ state: b })).state;
    assert.equal(stateOf('failed', 'watching'), 'failed');
    assert.equal(stateOf('absent', 'watching'), 'watching');
    assert.equal(stateOf('watching', 'ended'), 'ended');
    assert.equal(stateOf('starting', 'capped'), 'starting');
  });

  it('keep the words of the state that is told', () => {
    const failed = section({ state: 'failed', detail: 'it ended with status 1, five times' });
    assert.equal(unionFalco(section({ detail: 'z' }), failed).detail, failed.detail);
  });

  it('end a gap that was still going on when it was told first', () => {
    const open = section({ gaps: [{ from: at(1), to: null, why: 'crashed' }] });
    const closed = section({ gaps: [{ from: at(1), to: at(5), why: 'crashed' }] });
    assert.deepEqual(unionFalco(open, closed).gaps, closed.gaps);
    assert.equal(unionFalco(open, section({ gaps: [{ from: at(1), to: at(5), why: 'late' }] })).gaps.length, 2);
  });

  it('were ready when the first of them was', () => {
    assert.equal(unionFalco(section({ readyAt: at(9) }), section({ readyAt: at(3) })).readyAt, at(3));
    assert.equal(unionFalco(section({ readyAt: null }), section({ readyAt: at(3) })).readyAt, at(3));
    assert.equal(unionFalco(section({ readyAt: null }), section({ readyAt: null })).readyAt, null);
  });

  it('keep the earliest gaps within the bound and count the rest', () => {
    const gaps = (from: number) =>
      Array.from({ length: PROBE_BOUNDS.gaps }, (_, index) => ({
        from: at(from + index),
        to: null,
        why: 'late' as const,
      }));
    const union = unionFalco(section({ gaps: gaps(0), gapsOmitted: 2 }), section({ gaps: gaps(10) }));
    assert.deepEqual(union.gaps, gaps(0));
    assert.equal(union.gapsOmitted, 12);
    assert.deepEqual(unionFalco(union, union), union);
  });

  it('keep as many names and containers as a report may carry', () => {
    const many = (prefix: string) =>
      Array.from({ length: PROBE_BOUNDS.names }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);
    const union = unionFalco(
      section({ calls: [{ container: 'app', names: many('a') }], shed: many('a') }),
      section({ calls: [{ container: 'app', names: many('b') }], shed: many('b') }),
    );
    assert.ok(falcoSectionSchema.safeParse(union).success);
    assert.equal(union.calls[0]?.names.length, PROBE_BOUNDS.names);
  });
});
