/** Profiles on a node, as files. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_CANARY_SECONDS } from '../../../../profile/placement.ts';
import { createPlacedFiles } from '../../../../tracer/place/placed-files.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const WEB = { name: `shop.${RUN}.web.json`, content: '{"defaultAction":"SCMP_ACT_LOG"}' };
const SIDE = { name: `shop.${RUN}.side.json`, content: '{}' };

describe('placed profiles', () => {
  let root: string;
  const folder = (): string => join(root, 'seccomp/flak/verify');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'flak-placed-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('are readable for every runtime, whole, and replaced by a successor', () => {
    const umask = process.umask(0o077);
    try {
      createPlacedFiles(root).put([WEB, SIDE]);
      createPlacedFiles(root).put([{ ...WEB, content: 'new' }]);
    } finally {
      process.umask(umask);
    }
    assert.deepEqual(readdirSync(folder()).sort(), [SIDE.name, WEB.name]);
    assert.equal(readFileSync(join(folder(), WEB.name), 'utf8'), 'new');
    assert.equal(statSync(join(folder(), WEB.name)).mode & 0o777, 0o644);
  });

  it('go with what a predecessor left half-written, and nothing else does', () => {
    const files = createPlacedFiles(root);
    files.put([WEB, SIDE]);
    writeFileSync(join(folder(), `.${WEB.name}.new`), 'half');
    files.remove([WEB.name, '../../../etc/passwd']);
    files.remove([WEB.name]);
    assert.deepEqual(readdirSync(folder()), [SIDE.name]);
    createPlacedFiles(join(root, 'absent')).remove([WEB.name]);
  });

  it('are none at all where one can not be written', () => {
    const files = createPlacedFiles(root);
    assert.throws(() => {
      files.put([WEB, { name: '../evil.json', content: '' }]);
    }, /no name of a placed profile/);
    assert.deepEqual(readdirSync(folder()), []);
    assert.equal(existsSync(join(root, 'seccomp/flak/evil.json')), false);
  });

  it('are not written through a link that stands in for a folder', () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'seccomp'));
    assert.throws(() => {
      createPlacedFiles(root).put([WEB]);
    }, /ELOOP|ENOTDIR/);
    assert.deepEqual(readdirSync(join(root, 'elsewhere')), []);
  });

  it('are swept when no canary can be as old, and files of others are not', () => {
    const files = createPlacedFiles(root);
    files.sweep(new Date());
    files.put([WEB, SIDE]);
    for (const name of ['other.json', `.shop.${RUN}.dead.json.new`]) writeFileSync(join(folder(), name), '');
    const old = new Date(Date.now() - 2 * MAX_CANARY_SECONDS * 1000 - 60_000);
    for (const name of [WEB.name, 'other.json', `.shop.${RUN}.dead.json.new`])
      utimesSync(join(folder(), name), old, old);
    files.sweep(new Date());
    assert.deepEqual(readdirSync(folder()).sort(), [SIDE.name, 'other.json'].sort());
  });
});
