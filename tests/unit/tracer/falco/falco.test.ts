import assert from 'node:assert/strict';
import { pino } from 'pino';
import { falcoSectionSchema } from '../../../../profile/probes.ts';
import { Falco, type FalcoDeps } from '../../../../tracer/falco/falco.ts';
import { FakeClock, settle } from '../../../fake-clock.ts';
import { FakeChild } from './fake-child.ts';
import { APP, cgroupsOf, eventLine, GATE, metricsLine, POD } from './lines.ts';

function setUp(over: Partial<FalcoDeps> = {}) {
  const clock = new FakeClock();
  const children: FakeChild[] = [];
  const written: string[] = [];
  const world = { clock, children, written, removed: 0, places: 1, changed: 0 };
  const falco = new Falco({
    wish: 'required',
    podUid: POD,
    binary: '/usr/bin/falco',
    isThere: () => true,
    waitMs: 10_000,
    cpus: 2,
    takePlace: () => {
      if (world.places === 0) return Promise.resolve(undefined);
      world.places -= 1;
      return Promise.resolve(() => (world.places += 1));
    },
    directory: {
      configurationFile: '/c',
      rulesFile: '/r',
      write: ({ configuration }) => written.push(configuration),
      remove: () => (world.removed += 1),
    },
    startChild: (options) => {
      const child = new FakeChild(options);
      children.push(child);
      return child;
    },
    describe: (id) => ({ name: id === GATE ? 'flak-gate' : 'app', kind: 'container', runtime: null }),
    listener: undefined,
    clock,
    log: pino({ level: 'silent' }),
    onChange: () => (world.changed += 1),
    ...over,
  });
  const child = (): FakeChild => children.at(-1) as FakeChild;
  return { world, falco, clock, child };
}

const gateLine = eventLine({ cgroups: cgroupsOf(GATE) });

describe('Falco beside the ledger', () => {
  it('holds the gate until it has shown an event of it, and keeps no word of that', async () => {
    const { falco, clock, child, world } = setUp();
    assert.equal(falco.holdsGate(), false);
    falco.start();
    await clock.advance(2_000);
    child().print(metricsLine(0, 10));
    assert.equal(falco.holdsGate(), true);
    child().print(gateLine);
    assert.equal(falco.holdsGate(), false);
    assert.ok(world.changed > 0);
    const section = falcoSectionSchema.parse(falco.section());
    assert.deepEqual([section.state, section.calls, section.events, section.version], ['watching', [], 0, '0.44.1']);
    await falco.close();
    assert.ok(child().stopped);
    assert.deepEqual([world.removed, world.places], [1, 1]);
  });

  it('holds no gate for longer than it may, and none where it is optional', async () => {
    const { falco, clock } = setUp();
    falco.start();
    await clock.advance(9_999);
    assert.equal(falco.holdsGate(), true);
    await clock.advance(1);
    assert.equal(falco.holdsGate(), false);
    falco.release(clock.now(), 'late');
    assert.equal(falco.isMissing(), true);
    const optional = setUp({ wish: 'optional' });
    optional.falco.start();
    optional.falco.release(optional.clock.now(), 'late');
    assert.deepEqual([optional.falco.holdsGate(), optional.falco.isMissing()], [false, false]);
    await Promise.all([falco.close(), optional.falco.close()]);
  });

  for (const [state, over] of [
    ['absent', { isThere: () => false }],
    ['capped', { takePlace: () => Promise.resolve(undefined) }],
    [
      'failed',
      {
        takePlace: () => Promise.reject(new Error('read-only')),
      },
    ],
  ] as const) {
    it(`holds no gate where it can't be had: ${state}`, async () => {
      const { falco, clock } = setUp(over);
      falco.start();
      await clock.advance(1);
      assert.deepEqual([falco.section().state, falco.holdsGate(), falco.isMissing()], [state, false, true]);
      await falco.close();
      assert.equal(falco.section().state, state);
    });
  }

  it('is started again when it ends, with the gap since its last line, and given up in the end', async () => {
    const { falco, clock, child, world } = setUp();
    falco.start();
    await settle();
    child().print(gateLine);
    const lastLine = clock.now().toISOString();
    await clock.advance(3_000);
    child().lostLines = 2;
    child().die('ended by SIGSEGV');
    await clock.advance(999);
    assert.equal(world.children.length, 1);
    await clock.advance(1);
    assert.equal(world.children.length, 2);
    assert.deepEqual(falco.section().gaps, [{ why: 'crashed', from: lastLine, to: null }]);
    child().print(metricsLine(3, 10));
    const back = clock.now().toISOString();
    assert.deepEqual(falco.section().gaps, [{ why: 'crashed', from: lastLine, to: back }]);
    assert.equal(falco.section().drops, 5);
    for (let end = 0; end < 6; end += 1) {
      child().die('Error: no BPF');
      await clock.advance(60_000);
    }
    assert.deepEqual([falco.section().state, falco.section().detail], ['failed', 'Error: no BPF']);
    assert.equal(falco.isMissing(), true);
    await falco.close();
  });

  it('is ended and started again when it shows nothing for a minute', async () => {
    const { falco, clock, world } = setUp();
    falco.start();
    await clock.advance(59_000);
    assert.equal(world.children[0]?.stopped, false);
    await clock.advance(5_000);
    assert.equal(world.children[0].stopped, true);
    assert.equal(world.children.length, 2);
    await falco.close();
  });

  it('is started again at once without the noise when it drops events, and says so', async () => {
    const { falco, clock, child, world } = setUp();
    falco.start();
    await settle();
    for (let turn = 1; turn <= 3; turn += 1) {
      child().print(
        ...Array.from({ length: 10 }, () => eventLine({ name: 'getppid' })),
        metricsLine(turn * 500, turn * 5_000),
      );
      await clock.advance(1_000);
    }
    assert.equal(world.children.length, 2);
    assert.match(world.written[1] ?? '', /"!getppid"/);
    const { shed, gaps, drops } = falco.section();
    assert.deepEqual([shed, gaps[0]?.why, gaps[0]?.to, drops], [['getppid'], 'overloaded', null, 1500]);
    await falco.close();
  });

  it('says since when a successor sees', async () => {
    const { falco, clock, child } = setUp();
    falco.start();
    await clock.advance(2_000);
    child().print(eventLine());
    falco.release(new Date(0), 'tracer-restarted');
    const gap = { why: 'tracer-restarted' as const, from: '1970-01-01T00:00:00.000Z', to: clock.now().toISOString() };
    assert.deepEqual(falco.section().gaps, [gap]);
    await falco.close();
  });

  it('is over with its target: what comes later is not told, what was still coming is a gap', async () => {
    const { falco, clock, child } = setUp();
    falco.start();
    await settle();
    child().print(eventLine({ name: 'read' }));
    assert.equal(falco.isBehind(), true);
    falco.finish('ended');
    child().print(eventLine({ name: 'write' }));
    await clock.advance(1_000);
    const { state, calls, gaps } = falco.section();
    assert.deepEqual([state, calls], ['ended', [{ container: 'app', names: ['read'] }]]);
    assert.deepEqual(
      gaps.map(({ why }) => why),
      ['overloaded'],
    );
    assert.equal(falco.isBehind(), false);
    await falco.close();
  });

  it("shows each event to who asked for it, but the gate's, until that fails", async () => {
    const heard: string[] = [];
    const listener = {
      fields: ['fs.path.source'],
      onEvent: ({ name, containerId }: { name: string; containerId: string | undefined }) => {
        assert.equal(containerId, APP);
        heard.push(name);
        if (name === 'write') throw new Error('full');
      },
    };
    const { falco, child, world } = setUp({ listener });
    falco.start();
    await settle();
    child().print(gateLine, ...['read', 'write', 'openat'].map((name) => eventLine({ name })));
    assert.deepEqual(heard, ['read', 'write']);
    assert.equal(world.written.length, 1);
    assert.deepEqual(falco.section().calls, [{ container: 'app', names: ['openat', 'read', 'write'] }]);
    await falco.close();
  });

  it('asks for no field that could hold a secret', () => {
    const listener = { fields: ['evt.args'], onEvent: () => undefined };
    assert.throws(() => setUp({ listener }), /must not be asked for evt\.args/);
  });
});
