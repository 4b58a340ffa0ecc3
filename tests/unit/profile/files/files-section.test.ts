import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fileReasons, reasonsOfFalco, uniteFiles } from '../../../../profile/files/files-section.ts';
import {
  FILE_ACCESS,
  FILE_REASONS,
  filesSectionSchema,
  PROBE_BOUNDS,
  type FalcoSection,
  type FileReason,
  type FilesSection,
} from '../../../../profile/probes.ts';

const FALCO: FalcoSection = {
  state: 'watching',
  detail: '',
  version: '0.44.1',
  readyAt: null,
  calls: [],
  events: 1,
  drops: 0,
  gaps: [],
  gapsOmitted: 0,
  shed: [],
};
const gap = (why: FalcoSection['gaps'][number]['why']): FalcoSection['gaps'][number] => ({
  from: '2025-01-01T00:00:00Z',
  to: null,
  why,
});

const section: fc.Arbitrary<FilesSection> = fc.record(
  {
    containers: fc.uniqueArray(
      fc.record(
        {
          container: fc.constantFrom('web', 'sidecar', 'init'),
          paths: fc.uniqueArray(
            fc.record(
              { path: fc.constantFrom('/a', '/b', '/a/c'), access: fc.subarray([...FILE_ACCESS], { minLength: 1 }) },
              { noNullPrototype: true },
            ),
            { selector: ({ path }) => path },
          ),
        },
        { noNullPrototype: true },
      ),
      { selector: ({ container }) => container },
    ),
    lines: fc.record({ kept: fc.nat(9), dropped: fc.nat(9), uploaded: fc.nat(9) }, { noNullPrototype: true }),
    reasons: fc.subarray(Object.keys(FILE_REASONS) as FileReason[]),
  },
  { noNullPrototype: true },
);

describe('the file report', () => {
  const cases: readonly [title: string, falco: Partial<FalcoSection>, reasons: FileReason[]][] = [
    ['a Falco that saw everything', {}, []],
    ['no Falco in the tracer', { state: 'absent', events: 0 }, ['no-falco']],
    ['too many Falcos', { state: 'capped', events: 0 }, ['no-falco']],
    ['a Falco that never ran', { state: 'failed', events: 0 }, ['no-falco']],
    ['a Falco that failed later', { state: 'failed' }, ['falco-gap']],
    ['a late one', { gaps: [gap('late')] }, ['falco-late']],
    ['one that crashed and dropped', { gaps: [gap('crashed')], drops: 3 }, ['falco-dropped', 'falco-gap']],
  ];
  for (const [title, falco, reasons] of cases)
    it(`says of ${title}: ${reasons.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(reasonsOfFalco({ ...FALCO, ...falco }), reasons);
    });

  it('says that paths were folded, and each reason once, in one order', () => {
    const containers = [{ container: 'web', paths: [{ path: '/a/', access: ['read' as const] }] }];
    assert.deepEqual(fileReasons(containers, ['lines-capped'], ['no-falco', 'lines-capped']), [
      'no-falco',
      'paths-folded',
      'lines-capped',
    ]);
  });

  it('is united alike in any order, any grouping, and however often', () => {
    fc.assert(
      fc.property(section, section, section, (a, b, c) => {
        const whole = uniteFiles(uniteFiles(a, b), c);
        assert.deepEqual(uniteFiles(a, uniteFiles(b, c)), whole);
        assert.deepEqual(uniteFiles(uniteFiles(c, a), b), whole);
        assert.deepEqual(uniteFiles(whole, b), whole);
        assert.deepEqual(uniteFiles(whole, whole), whole);
        assert.ok(filesSectionSchema.safeParse(whole).success);
      }),
    );
  });

  it('takes nothing back', () => {
    const one: FilesSection = {
      containers: [{ container: 'web', paths: [{ path: '/a', access: ['read'] }] }],
      lines: { kept: 5, dropped: 0, uploaded: 5 },
      reasons: ['falco-gap'],
    };
    const two: FilesSection = {
      containers: [{ container: 'web', paths: [{ path: '/a', access: ['written'] }] }],
      lines: { kept: 1, dropped: 2, uploaded: 0 },
      reasons: [],
    };
    assert.deepEqual(uniteFiles(one, two), {
      containers: [{ container: 'web', paths: [{ path: '/a', access: ['read', 'written'] }] }],
      lines: { kept: 5, dropped: 2, uploaded: 5 },
      reasons: ['falco-gap'],
    });
  });

  it('keeps to its bound of containers', () => {
    const containers = (first: number) =>
      Array.from({ length: PROBE_BOUNDS.containers }, (_, index) => ({ container: `c${first + index}`, paths: [] }));
    const of = (first: number): FilesSection => ({
      containers: containers(first),
      lines: { kept: 0, dropped: 0, uploaded: 0 },
      reasons: [],
    });
    assert.ok(filesSectionSchema.safeParse(uniteFiles(of(100), of(200))).success);
  });
});
