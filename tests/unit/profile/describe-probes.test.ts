import assert from 'node:assert/strict';
import { completenessOf } from '../../../profile/completeness.ts';
import { describeProbes } from '../../../profile/describe-probes.ts';
import { profiledFiles } from '../../../profile/merge-probes.ts';
import type { ContributedFalco, ProfiledFalco } from '../../../profile/profiled-probes.ts';
import type { Contributor } from '../../../profile/syscall-profile.ts';

const WATCHED: ContributedFalco = { state: 'ended', version: '0.44.1', watched: true, drops: 0, gaps: 0 };
const AGREED: ProfiledFalco = { saw: ['openat', 'read'], onlyFalco: [], onlyLedger: [], shed: [] };

function contributor(falco?: ContributedFalco): Contributor {
  return {
    traceUid: 'u1',
    pod: 'web-1',
    node: 'n1',
    kernel: '6.1.0',
    architecture: 'x86_64',
    runtime: 'runc',
    armedAt: '2025-01-01T00:00:00Z',
    endedAt: '2025-01-01T00:01:00Z',
    completeness: completenessOf([], []),
    ...(falco && { falco }),
  };
}

describe('the second probe in words', () => {
  it('is not mentioned where nobody knew one', () => {
    assert.deepEqual(describeProbes({ contributors: [contributor()] }), []);
  });

  it('agreed', () => {
    const contributors = [
      contributor(WATCHED),
      contributor({ ...WATCHED, state: 'capped', version: null, watched: false }),
    ];
    assert.deepEqual(describeProbes({ falco: AGREED, contributors }), [
      'both probes agree: Falco 0.44.1 saw 2 calls in 1 of 2 traces, all of them in the ledger',
    ]);
  });

  it('disagreed', () => {
    const falco = { ...AGREED, onlyFalco: ['mount', 'setns'] };
    assert.deepEqual(describeProbes({ falco, contributors: [contributor(WATCHED)] }), [
      'the probes disagree: Falco 0.44.1 alone saw mount, setns (in 1 of 1 trace)',
    ]);
  });

  it('missed something, beside what explains it', () => {
    const lossy = contributor({ ...WATCHED, version: null, drops: 7, gaps: 1 });
    const falco = { ...AGREED, onlyLedger: ['futex', 'bpf'], shed: ['futex'] };
    assert.equal(
      describeProbes({ falco, contributors: [lossy] })[1],
      'Falco did not report futex, bpf: 7 events dropped, by its own count of the node; 1 gap in which it did not watch; told to leave out futex',
    );
    assert.equal(
      describeProbes({ falco: { ...AGREED, onlyLedger: ['bpf'] }, contributors: [contributor(WATCHED)] })[1],
      'Falco did not report bpf',
    );
    assert.match(
      describeProbes({ falco: AGREED, contributors: [lossy] })[1] ?? '',
      /^Falco reported every call: 7 events/,
    );
  });

  it('was not there, and why', () => {
    const contributors = [contributor({ ...WATCHED, state: 'absent', watched: false }), contributor()];
    assert.deepEqual(describeProbes({ contributors }), ['Falco: absent (the tracer has no Falco)']);
  });
});

describe('the file report in words', () => {
  const NOTHING = { paths: [], reasons: [], mounts: [] };
  const files = (facts: Parameters<typeof profiledFiles>[0]) =>
    describeProbes({ contributors: [contributor()], files: profiledFiles(facts) });

  it('counts paths by what was done, and says what that suggests', () => {
    const paths = [
      { path: '/etc/passwd', access: ['read' as const] },
      { path: '/var/cache/a/x', access: ['read' as const, 'written' as const, 'created' as const] },
      { path: '/var/lib/b/old', access: ['read' as const] },
      { path: '/var/lib/b/new', access: ['created' as const] },
    ];
    assert.deepEqual(files({ ...NOTHING, paths }), [
      'files: 4 paths, 3 read, 1 written, 2 created',
      'readOnlyRootFilesystem: true would do for what was seen, with volumes to write to at /var/cache/a, /var/lib/b (where the image has files that are used)',
    ]);
  });

  it('says that nothing has to be written to', () => {
    const paths = [{ path: '/bin/sh', access: ['executed' as const] }];
    assert.equal(files({ ...NOTHING, paths })[1], 'readOnlyRootFilesystem: true would do for what was seen');
  });

  it('says where the root has to be written to', () => {
    const paths = [{ path: '/core', access: ['created' as const] }];
    assert.equal(files({ ...NOTHING, paths })[1], 'readOnlyRootFilesystem: not possible, it writes /core');
  });

  it('says why there is none', () => {
    assert.deepEqual(files({ ...NOTHING, reasons: ['no-falco'] }), ['file report: there was no Falco to see files']);
  });
});
