import assert from 'node:assert/strict';
import { falcoConfiguration, falcoRules } from '../../../../tracer/falco/configuration-files.ts';
import { createEndurance } from '../../../../tracer/falco/endurance.ts';
import { assertHarmless, EVENT_FIELDS, FILE_FIELDS } from '../../../../tracer/falco/fields.ts';
import { createGaps } from '../../../../tracer/falco/gaps.ts';
import { createShedder } from '../../../../tracer/falco/shed.ts';
import { POD } from './lines.ts';

const wish = { podUid: POD, fields: FILE_FIELDS, shed: ['pread64', 'futex'], cpus: 2, rulesFile: '/r/rules.yaml' };

describe("Falco's files", () => {
  interface Rule {
    readonly condition: string;
    readonly output: string;
  }
  const [rule] = JSON.parse(falcoRules(wish)) as [Rule];

  it('match the pod as both drivers of the kubelet write it, and nothing else', () => {
    const underscored = POD.replaceAll('-', '_');
    assert.equal(rule.condition, `thread.cgroups contains "${POD}" or thread.cgroups contains "${underscored}"`);
  });

  it('ask for single fields alone', () => {
    assert.deepEqual(
      rule.output.split(' '),
      [...EVENT_FIELDS, ...FILE_FIELDS].map((field) => `%${field}`),
    );
    for (const field of [
      'evt.args',
      'evt.arg.env',
      'proc.env',
      'proc.cmdline',
      'proc.args',
      'evt.buffer',
      'evt.arg.args',
    ]) {
      assert.throws(
        () => {
          assertHarmless(['fd.num', field]);
        },
        new RegExp(`asked for ${field}$`),
      );
    }
  });

  it('leave out what is shed by the names that Falco knows', () => {
    const { base_syscalls: set } = JSON.parse(falcoConfiguration(wish)) as {
      base_syscalls: { all: boolean; custom_set: string[] };
    };
    assert.equal(set.all, true);
    assert.deepEqual(set.custom_set, ['!switch', '!page_fault', '!signaldeliver', '!pread', '!futex']);
  });

  it('spend no more than eight buffers, however many processors there are', () => {
    for (const cpus of [1, 2, 16, 17, 192]) {
      const { engine } = JSON.parse(falcoConfiguration({ ...wish, cpus })) as {
        engine: { modern_ebpf: { cpus_for_each_buffer: number } };
      };
      assert.ok(Math.ceil(cpus / engine.modern_ebpf.cpus_for_each_buffer) <= 8, String(cpus));
    }
  });
});

describe('a Falco that drops events', () => {
  const window = new Map([
    ['read', 50],
    ['pread', 900],
    ['openat', 9_000],
    ['getpid', 3],
  ]);
  const lossy = { drops: 500, events: 10_000 };

  it('is told to leave out the noisiest calls, once it drops for some time, and keeps those that tell who is who', () => {
    const shedder = createShedder();
    const answers = [1, 2, 3].map((turn) => shedder.consider(lossy, window, turn));
    assert.deepEqual(answers, [[], [], ['pread64']]);
    assert.deepEqual(shedder.shed(), ['pread64']);
  });

  it('is left alone while it drops little, or now and then', () => {
    const shedder = createShedder();
    for (let turn = 0; turn < 20; turn += 1) {
      const interval = turn % 3 === 0 ? { drops: 1, events: 10_000 } : lossy;
      assert.deepEqual(shedder.consider(interval, window, turn), []);
    }
  });

  it('is started again at most once a minute and five times, and loses the usual noise where the noise is not its own', () => {
    const shedder = createShedder();
    const at: number[] = [];
    for (let nowMs = 0; nowMs < 3_600_000; nowMs += 5_000) {
      if (shedder.consider(lossy, new Map(), nowMs).length > 0) at.push(nowMs);
    }
    assert.ok(at.length >= 2 && at.length <= 5, at.join());
    for (const [index, nowMs] of at.entries()) assert.ok(index === 0 || nowMs - (at[index - 1] ?? 0) >= 60_000);
    assert.ok(shedder.shed().includes('futex'));
  });
});

describe('a Falco that ends', () => {
  it('is started again after pauses that double, and given up after the fifth', () => {
    const endurance = createEndurance();
    const pauses = Array.from({ length: 6 }, () => endurance.next(0));
    assert.deepEqual(
      pauses.map((next) => (next.kind === 'again' ? next.inMs : next.kind)),
      [1_000, 2_000, 4_000, 8_000, 16_000, 'give-up'],
    );
  });

  it('is forgiven when it has watched for a minute', () => {
    const endurance = createEndurance();
    for (let time = 0; time < 100; time += 1) assert.deepEqual(endurance.next(60_000), { kind: 'again', inMs: 1_000 });
  });
});

describe('times without Falco', () => {
  const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

  it('last until it watches again, and keep their first reason', () => {
    const gaps = createGaps();
    gaps.open('late', at(1));
    gaps.open('crashed', at(2));
    assert.deepEqual(gaps.list(), { gaps: [{ why: 'late', from: at(1).toISOString(), to: null }], gapsOmitted: 0 });
    gaps.close(at(3));
    gaps.close(at(4));
    assert.deepEqual(gaps.list().gaps, [{ why: 'late', from: at(1).toISOString(), to: at(3).toISOString() }]);
  });

  it('never end before they begin, though the clock was set back', () => {
    const gaps = createGaps();
    gaps.open('crashed', at(9));
    gaps.close(at(1));
    gaps.add('overloaded', at(9), at(1));
    for (const { from, to } of gaps.list().gaps) assert.equal(from, to);
  });

  it('are counted beyond the first ones, and the one that lasts is always told', () => {
    const gaps = createGaps();
    for (let second = 0; second < 100; second += 1) gaps.add('crashed', at(second), at(second));
    gaps.open('crashed', at(200));
    const { gaps: told, gapsOmitted } = gaps.list();
    assert.deepEqual([told.length, gapsOmitted, told.at(-1)?.to], [64, 37, null]);
    assert.equal(gaps.changes(), 101);
  });
});
