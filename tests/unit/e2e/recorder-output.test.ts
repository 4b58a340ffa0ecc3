import assert from 'node:assert/strict';
import { parseRecorderOutput } from '../../e2e/recorder-output.ts';

const ATTACHED = '{"type": "attached_probes", "data": {"probes": 2}}';

function map(rows: Readonly<Record<string, number>>): string {
  return JSON.stringify({ type: 'map', data: { '@calls': rows } });
}

describe("the recorder's output", () => {
  it('becomes calls by cgroup and paths by id', () => {
    const cgroup = JSON.stringify({ type: 'printf', data: '42 /sys/fs/cgroup/unified/kubepods/pod1\n' });
    const recording = parseRecorderOutput(`${ATTACHED}\n${cgroup}\n\n${map({ '42,sh,59,0': 1, '42,a,b,1,2': 1 })}\n`);
    assert.deepEqual(recording.calls.get(42n), [
      { program: 'sh', nr: 59, compat: false },
      { program: 'a,b', nr: 1, compat: true },
    ]);
    assert.equal(recording.cgroups.get(42n), '/kubepods/pod1');
    assert.equal(recording.rows, 2);
  });

  it('has the first instant of each cgroup', () => {
    const first = JSON.stringify({ type: 'map', data: { '@first': { '42': 5_124_000_000_123 } } });
    const recording = parseRecorderOutput(`${map({ '42,sh,0,0': 1 })}\n${first}\n`);
    assert.equal(recording.firstNs.get(42n), 5_124_000_000_123n);
    assert.equal(recording.rows, 1);
  });

  it('keeps ids beyond 2^53 apart', () => {
    const { calls } = parseRecorderOutput(map({ '9007199254740993,sh,0,0': 1 }));
    assert.deepEqual([...calls.keys()], [9007199254740993n]);
  });

  for (const [title, output] of [
    ['events were lost', `{"type": "lost_events", "data": {"events": 3}}\n${map({})}`],
    [
      'the map refused a row',
      `{"type": "helper_error", "helper": "map_update_elem", "retcode": -7, "line": 9, "col": 45}\n${map({})}`,
    ],
    ['the map is missing', ATTACHED],
    ['a row is no row', map({ nonsense: 1 })],
    ['a line is no cgroup', '{"type": "printf", "data": "?"}'],
  ] as const)
    it(`is refused when ${title}`, () => {
      assert.throws(() => parseRecorderOutput(output));
    });
});
