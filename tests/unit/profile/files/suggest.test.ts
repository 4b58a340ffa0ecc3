import assert from 'node:assert/strict';
import { suggestRoot } from '../../../../profile/files/suggest.ts';
import type { FileAccess } from '../../../../profile/probes.ts';

const uses = (given: Readonly<Record<string, FileAccess[]>>) => ({
  paths: Object.entries(given).map(([path, access]) => ({ path, access })),
});

describe('the suggestion for a root', () => {
  it('is read-only without any volume where only mounts, kernel files and /dev were written', () => {
    const found = suggestRoot(
      uses({
        '/data/x': ['written'],
        '/proc/self/oom_score_adj': ['written'],
        '/dev/shm/y': ['created'],
        '/etc/passwd': ['read'],
        '/cfg': ['written'],
      }),
      [
        { path: '/data/', readOnly: false },
        { path: '/cfg', readOnly: true },
      ],
    );
    assert.deepEqual(found, { kind: 'read-only', volumes: [] });
  });

  it('names the outermost folders that were written, and says where a volume would hide files of the image', () => {
    const found = suggestRoot(
      uses({
        '/var/cache/nginx/client_temp': ['created'],
        '/var/cache/nginx/client_temp/1': ['written', 'created'],
        '/run/nginx.pid': ['read', 'written', 'created'],
        '/etc/nginx/conf.d/default.conf': ['read', 'written'],
        '/etc/nginx/nginx.conf': ['read'],
      }),
      [],
    );
    assert.deepEqual(found, {
      kind: 'read-only',
      volumes: [
        { path: '/etc/nginx/conf.d', hidesFiles: true },
        { path: '/run', hidesFiles: false },
        { path: '/var/cache/nginx', hidesFiles: false },
      ],
    });
  });

  it('takes a folded path for the folder that it is', () => {
    assert.deepEqual(suggestRoot(uses({ '/var/lib/db/': ['written', 'created'], '/var/lib/db/x': ['read'] }), []), {
      kind: 'read-only',
      volumes: [{ path: '/var/lib/db', hidesFiles: true }],
    });
  });

  it('is a writable root where something was written directly below it, or anywhere at all', () => {
    assert.deepEqual(suggestRoot(uses({ '/x': ['created'], '/tmp/y': ['created'] }), []), {
      kind: 'writable',
      paths: ['/x'],
    });
    assert.deepEqual(suggestRoot(uses({ '/': ['written'] }), []), { kind: 'writable', paths: ['/'] });
  });

  it('does not take a neighbour whose name begins alike for a mount', () => {
    assert.deepEqual(suggestRoot(uses({ '/data2/x': ['written'] }), [{ path: '/data', readOnly: false }]), {
      kind: 'read-only',
      volumes: [{ path: '/data2', hidesFiles: false }],
    });
  });
});
