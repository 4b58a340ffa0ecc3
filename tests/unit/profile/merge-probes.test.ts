import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KEPT } from '../../../profile/kept.ts';
import type { FileFacts } from '../../../profile/merge-probes.ts';
import { mergeFalco, mergeFiles, profiledFiles } from '../../../profile/merge-probes.ts';
import type { ProfiledFalco, ProfiledFiles } from '../../../profile/profiled-probes.ts';
import { profiledFalcoSchema, profiledFilesSchema } from '../../../profile/profiled-probes.ts';
import { falco, files } from './arbitrary.ts';

function assertUnion<T>(merge: (a: T, b: T) => T, a: T, b: T, c: T): void {
  assert.deepEqual(merge(a, b), merge(b, a));
  assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)));
  assert.deepEqual(merge(merge(a, b), b), merge(a, b));
}

function agreement(changes: Partial<ProfiledFalco>): ProfiledFalco {
  return { saw: [], onlyFalco: [], onlyLedger: [], shed: [], ...changes };
}

describe('the agreement of two traces', () => {
  it('is the same in whatever order and grouping they come', () => {
    fc.assert(
      fc.property(falco, falco, falco, (a, b, c) => {
        assertUnion(mergeFalco, a, b, c);
        assert.ok(profiledFalcoSchema.safeParse(mergeFalco(a, b)).success);
      }),
    );
  });

  it('lacks nothing that Falco reported in one of them, be it as another call', () => {
    const missed = agreement({ onlyLedger: ['clone3', 'mount', 'read'] });
    const seen = agreement({ saw: ['clone', 'read'] });
    assert.deepEqual(mergeFalco(missed, seen).onlyLedger, ['mount']);
  });

  it('keeps what Falco alone saw in one of them, though the ledger saw it in the other', () => {
    assert.deepEqual(mergeFalco(agreement({ onlyFalco: ['mount'] }), agreement({ saw: ['mount'] })).onlyFalco, [
      'mount',
    ]);
  });
});

const NOTHING: FileFacts = { paths: [], reasons: [], mounts: [] };

describe('the files of two traces', () => {
  it('are the same in whatever order and grouping they come', () => {
    fc.assert(
      fc.property(files, files, files, (a, b, c) => {
        assertUnion<ProfiledFiles>(mergeFiles, a, b, c);
        assert.ok(profiledFilesSchema.safeParse(mergeFiles(a, b)).success);
      }),
    );
  });

  it('suggest a read-only root with the volumes that were written to and are not there', () => {
    const { suggestion } = profiledFiles({
      ...NOTHING,
      paths: [
        { path: '/etc/nginx/nginx.conf', access: ['read'] },
        { path: '/var/cache/nginx/temp/1', access: ['written', 'created'] },
        { path: '/data/log', access: ['written'] },
      ],
      mounts: [{ path: '/data', readOnly: false }],
    });
    assert.deepEqual(suggestion, {
      readOnlyRootFilesystem: true,
      writableVolumes: [{ path: '/var/cache/nginx/temp', hidesFiles: false }],
      writtenAtRoot: [],
    });
  });

  it('say where the root has to be writable', () => {
    const { suggestion } = profiledFiles({ ...NOTHING, paths: [{ path: '/core', access: ['created'] }] });
    assert.deepEqual(suggestion, { readOnlyRootFilesystem: false, writableVolumes: [], writtenAtRoot: ['/core'] });
  });

  it('suggest nothing where nothing was seen', () => {
    assert.deepEqual(profiledFiles({ ...NOTHING, reasons: ['no-falco'] }), { ...NOTHING, reasons: ['no-falco'] });
  });

  it('take a place for writable that one of the pods could write to', () => {
    const mount = (readOnly: boolean): FileFacts => ({ ...NOTHING, mounts: [{ path: '/data', readOnly }] });
    assert.deepEqual(mergeFiles(mount(true), mount(false)).mounts, [{ path: '/data', readOnly: false }]);
    assert.deepEqual(mergeFiles(mount(true), mount(true)).mounts, [{ path: '/data', readOnly: true }]);
  });

  it('are told as folders beyond what is kept, and say so', () => {
    const paths = Array.from({ length: KEPT.paths + 1 }, (_, index) => ({
      path: `/data/${index}`,
      access: ['read' as const],
    }));
    const { paths: kept, reasons } = profiledFiles({ ...NOTHING, paths });
    assert.ok(kept.length <= KEPT.paths);
    assert.deepEqual(reasons, ['paths-folded']);
  });

  it('are told as fewer folders where their names are so long that an object could not hold them', () => {
    const paths = Array.from({ length: KEPT.paths }, (_, index) => ({
      path: `/${String(index).padStart(3, '0')}/${'x'.repeat(4000)}`,
      access: ['read' as const],
    }));
    const merged = profiledFiles({ ...NOTHING, paths });
    assert.ok(JSON.stringify(merged.paths).length <= KEPT.fileBytes);
    assert.ok(merged.paths.length > 0);
    assert.deepEqual(mergeFiles(merged, merged), merged);
  });

  it('keep as many mounts as are allowed', () => {
    const mounts = Array.from({ length: KEPT.mounts + 5 }, (_, index) => ({ path: `/m${index}`, readOnly: true }));
    assert.ok(profiledFilesSchema.safeParse(profiledFiles({ ...NOTHING, mounts })).success);
  });
});
