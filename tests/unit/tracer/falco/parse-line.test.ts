import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLine } from '../../../../tracer/falco/parse-line.ts';
import { APP, cgroupsOf, eventLine, metricsLine, POD } from './lines.ts';

const eventOf = (line: string) => {
  const parsed = parseLine(line, POD);
  assert.equal(parsed.kind, 'event', line);
  return parsed.event;
};

describe("a line of Falco's", () => {
  it('is an event with its exact time, which no JSON number can hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }), (timeNs) => {
        assert.equal(eventOf(eventLine({ timeNs: String(timeNs) })).timeNs, timeNs);
      }),
    );
  });

  it('has the time that Falco gave it whatever a program calls itself or its files', () => {
    const lie = '","evt.time":1,"x":"';
    fc.assert(
      fc.property(fc.string(), (noise) => {
        const more = { 'proc.name': `${lie}${noise}`, 'fs.path.name': `${noise}"evt.time":2,` };
        assert.equal(eventOf(eventLine({ more, timeNs: '1795269471867567699' })).timeNs, 1795269471867567699n);
      }),
    );
  });

  it('tells who called what', () => {
    const event = eventOf(eventLine({ more: { 'evt.rawres': -2, 'evt.rawarg.fd': 7, 'fs.path.source': '/a' } }));
    assert.deepEqual([event.name, event.pid, event.tid, event.comm, event.ret], ['openat', 100, 101, 'cat', -2]);
    assert.equal(event.containerId, APP);
    assert.deepEqual(
      [...event.fields],
      [
        ['evt.rawarg.fd', '7'],
        ['fs.path.source', '/a'],
      ],
    );
  });

  it('takes null, nothing and <NA> for no value', () => {
    for (const none of [null, '<NA>', '']) {
      const more = { 'evt.rawres': null, 'fd.num': null, 'fs.path.name': none, 'fd.name': none, 'evt.arg.flags': none };
      const { ret, fd, path, flags, size } = eventOf(eventLine({ more: { ...more, 'fs.path.target': none } }));
      assert.deepEqual([ret, fd, path, flags, size], [undefined, undefined, undefined, undefined, undefined]);
      assert.equal(eventOf(eventLine({ more: { ...more, 'fs.path.target': none } })).fields.size, 0);
    }
    const named = eventOf(eventLine({ more: { 'fd.name': '/etc/hosts', 'evt.rawarg.size': 4096, 'fd.num': 3 } }));
    assert.deepEqual([named.path, named.size, named.fd], ['/etc/hosts', 4096n, 3]);
  });

  it('sees a call that asks for as many bytes as a register holds', () => {
    assert.equal(eventOf(eventLine({ more: { 'evt.rawarg.size': 2 ** 63 } })).size, 2n ** 63n);
  });

  it('has no container where the thread is in the pod alone', () => {
    assert.equal(eventOf(eventLine({ cgroups: `cpu=/kubepods/pod${POD}` })).containerId, undefined);
  });

  it("is nobody's where the pod is another one, though the rule matched", () => {
    const other = POD.replace('3f', '4f');
    const nested = `cpu=/kubepods/pod${other}/${APP}/kubepods/pod${POD}/${APP}`;
    for (const cgroups of [cgroupsOf(APP, other), nested, `cpu=/x/${POD}`, '']) {
      assert.equal(parseLine(eventLine({ cgroups }), POD).kind, 'other');
    }
  });

  it('is counters, of the kernel and of the queue that nobody emptied in time', () => {
    const queue = metricsLine(7, 100).replace('"evt.time":1', '"falco.outputs_queue_num_drops":5');
    assert.deepEqual(parseLine(queue, POD), {
      kind: 'metrics',
      metrics: { drops: 12, events: 100, version: '0.44.1' },
    });
    assert.equal(parseLine(metricsLine(-1, 0), POD).kind, 'other');
  });

  it('is nothing where it is no JSON, cut, of another rule or of another form', () => {
    const whole = eventLine();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat(whole.length - 1).map((at) => whole.slice(0, at)),
        ),
        (line) => {
          assert.deepEqual(parseLine(line, POD), { kind: 'other' });
        },
      ),
    );
    assert.equal(parseLine(whole.replace('"rule":"flak"', '"rule":"Terminal shell"'), POD).kind, 'other');
    assert.equal(parseLine(whole.replace('"evt.time":', '"evt.tim":'), POD).kind, 'other');
    assert.equal(parseLine(whole.replace('"proc.pid":100', '"proc.pid":"100"'), POD).kind, 'other');
  });
});
