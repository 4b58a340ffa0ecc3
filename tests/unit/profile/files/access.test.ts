import assert from 'node:assert/strict';
import { accessOf, SUMMARY_CALLS } from '../../../../profile/files/access.ts';
import { isSetUp } from '../../../../profile/files/file-event.ts';
import { fileEvent } from './file-events.ts';

const SOURCE = { 'fs.path.source': '/s', 'fs.path.target': '/t' };

describe('what a call did with a file', () => {
  const cases: readonly [name: string, given: Parameters<typeof fileEvent>[0], found: Record<string, string[]>][] = [
    ['open', { path: '/f', flags: 'O_RDONLY|O_CLOEXEC' }, { '/f': ['read'] }],
    ['openat', { path: '/f', flags: 'O_RDWR' }, { '/f': ['read', 'written'] }],
    ['openat2', { path: '/f', flags: 'O_WRONLY|O_CREAT|O_F_CREATED' }, { '/f': ['written', 'created'] }],
    ['openat', { path: '/f', flags: 'O_WRONLY|O_CREAT' }, { '/f': ['written'] }],
    ['openat', { path: '/f', flags: 'O_RDONLY|O_TRUNC' }, { '/f': ['read', 'written'] }],
    ['open_by_handle_at', { path: '/tmp', flags: 'O_TMPFILE|O_WRONLY' }, { '/tmp': ['written', 'created'] }],
    ['openat', { path: '/tmp', flags: 'O_DIRECTORY|O_RDONLY|O_CLOEXEC|O_TMPFILE' }, { '/tmp': ['read'] }],
    ['openat', { path: '/f', flags: 'O_NONE' }, {}],
    ['mknod', { path: undefined, fields: { 'evt.rawarg.path': '/run/fifo' }, ret: 0 }, { '/run/fifo': ['created'] }],
    ['openat', { path: '/f' }, {}],
    ['creat', { path: '/f' }, { '/f': ['written', 'created'] }],
    ['mkdirat', { path: '/d', ret: 0 }, { '/d': ['created'] }],
    ['unlink', { path: '/d', ret: 0 }, { '/d': ['written'] }],
    ['fchmod', { path: '/d', ret: 0 }, { '/d': ['written'] }],
    ['symlink', { fields: SOURCE, ret: 0 }, { '/s': ['created'] }],
    ['renameat2', { fields: SOURCE, ret: 0 }, { '/s': ['written'], '/t': ['created'] }],
    ['execve', { path: undefined, fields: { 'proc.exepath': '/bin/sh' }, ret: 0 }, { '/bin/sh': ['executed'] }],
    ['mmap', { path: '/lib/c.so', ret: 0x7f00_0000_0000 }, { '/lib/c.so': ['mapped'] }],
    ['mmap', { path: undefined, ret: 0x7f00_0000_0000 }, {}],
  ];
  for (const [name, given, found] of cases) {
    it(`${name} ${given?.flags ?? ''} → ${JSON.stringify(found)}`, () => {
      const accesses = accessOf(fileEvent({ name, ...given }));
      assert.deepEqual(Object.fromEntries(accesses.map(({ path, access }) => [path, access])), found);
    });
  }

  it('is nothing where the call failed, or where its outcome is not known', () => {
    for (const ret of [-13, -4095, undefined])
      assert.deepEqual(accessOf(fileEvent({ name: 'openat', flags: 'O_RDWR', ret })), []);
    assert.equal(accessOf(fileEvent({ name: 'mmap', ret: -4096 })).length, 1);
  });

  it('is nothing for calls that use what was opened before', () => {
    for (const name of ['read', 'write', 'stat', 'close']) {
      assert.deepEqual(accessOf(fileEvent({ name })), []);
      assert.ok(!SUMMARY_CALLS.includes(name));
    }
  });

  it("tells a runtime's own doing from its container's", () => {
    for (const comm of ['runc:[0:PARENT]', 'runc:[2:INIT]', 'crun', 'conmon'])
      assert.equal(isSetUp({ comm }), true, comm);
    for (const comm of ['runcible', 'nginx', 'runc:x']) assert.equal(isSetUp({ comm }), false, comm);
  });

  it('has paths in one spelling, and leaves out what is no path', () => {
    const pathOf = (path: string): string | undefined =>
      accessOf(fileEvent({ name: 'open', flags: 'O_RDONLY', path }))[0]?.path;
    assert.equal(pathOf('//etc/./x/../passwd/'), '/etc/passwd');
    assert.equal(pathOf('/../..'), '/.');
    assert.equal(pathOf('pipe:[77]'), undefined);
    assert.equal(pathOf('etc/passwd'), undefined);
    assert.equal(pathOf(`/a/${'b'.repeat(4096)}`), '/a/');
  });
});
