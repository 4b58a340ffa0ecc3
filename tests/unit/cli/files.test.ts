import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { connectBy } from '../../../cli/connection.ts';
import { addToFolder, readTextFrom, writeFolder, writeWholeFile } from '../../../cli/files.ts';

describe('files of the command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flak-cli-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are read by name, or from the input for -', async () => {
    writeFileSync(join(folder, 'a'), 'from a file');
    const read = readTextFrom(Readable.from(['from the input']));
    assert.deepEqual(await read(join(folder, 'a')), { kind: 'ok', value: 'from a file' });
    assert.deepEqual(await read('-'), { kind: 'ok', value: 'from the input' });
    const missing = await read(join(folder, 'b'));
    assert.ok(missing.kind === 'usage' && /can't be read \(no such file or directory\)/.test(missing.message));
  });

  it('are read up to a limit, and no further', async () => {
    writeFileSync(join(folder, 'long'), 'x'.repeat(5000));
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await Promise.resolve();
        given += 1;
        yield Buffer.alloc(1000);
      }
    }
    const read = readTextFrom(endless(), 4000);
    for (const path of [join(folder, 'long'), '-']) {
      const refused = await read(path);
      assert.ok(
        refused.kind === 'usage' && /is larger than 4000 bytes, .*; name another file/.test(refused.message),
        path,
      );
    }
    assert.equal(given, 5);
    writeFileSync(join(folder, 'fits'), 'x'.repeat(4000));
    assert.equal((await read(join(folder, 'fits'))).kind, 'ok');
  });

  it('keep characters that fall between two chunks', async () => {
    const bytes = Buffer.from('ä€');
    const split = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)]);
    assert.deepEqual(await readTextFrom(split)('-'), { kind: 'ok', value: 'ä€' });
  });

  it('are written whole, in place of what was there, or not at all', async () => {
    const target = join(folder, 'web.json');
    writeFileSync(target, 'old');
    assert.equal((await writeWholeFile(target, 'new')).kind, 'ok');
    assert.equal(readFileSync(target, 'utf8'), 'new');
    mkdirSync(join(folder, 'taken'));
    const refused = await writeWholeFile(join(folder, 'taken'), 'new');
    assert.ok(refused.kind === 'environment' && /can't be written/.test(refused.message));
    assert.deepEqual(await writeWholeFile(join(folder, 'no/such/place'), 'new'), {
      kind: 'environment',
      message: `${folder}/no/such/place can't be written (no such file or directory); name another file.`,
    });
    assert.deepEqual(readdirSync(folder).sort(), ['taken', 'web.json']);
  });

  it('are written through a link, and straight into what is no file', async () => {
    const [target, link, pipe] = ['web.json', 'link', 'pipe'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(target, 'old');
    symlinkSync('web.json', link);
    assert.equal((await writeWholeFile(link, 'new')).kind, 'ok');
    assert.equal(readFileSync(target, 'utf8'), 'new');
    assert.ok(lstatSync(link).isSymbolicLink());
    spawnSync('mkfifo', [pipe]);
    const [read] = await Promise.all([readFile(pipe, 'utf8'), writeWholeFile(pipe, 'through')]);
    assert.equal(read, 'through');
    assert.ok(lstatSync(pipe).isFIFO());
  });

  it('are exported together into a new folder', async () => {
    const target = join(folder, 'new/profiles');
    assert.equal(
      (
        await writeFolder(target, [
          { path: 'shop/a.json', content: '1' },
          { path: 'b', content: '2' },
        ])
      ).kind,
      'ok',
    );
    assert.equal(readFileSync(join(target, 'shop/a.json'), 'utf8'), '1');
    assert.deepEqual(readdirSync(join(folder, 'new')), ['profiles']);
  });

  it('are never exported into a folder that exists', async () => {
    mkdirSync(join(folder, 'profiles'));
    assert.equal((await writeFolder(join(folder, 'profiles'), [])).kind, 'usage');
  });

  it('are added to an export, in place of older ones', async () => {
    const target = join(folder, 'profiles');
    await writeFolder(target, [{ path: 'a/b', content: 'old' }]);
    const added = [
      { path: 'a/b', content: 'new' },
      { path: 'c/d', content: 'more' },
    ];
    assert.equal((await addToFolder(target, added)).kind, 'ok');
    assert.equal(readFileSync(join(target, 'a/b'), 'utf8'), 'new');
    assert.deepEqual(readdirSync(target, { recursive: true }).sort(), ['a', 'a/b', 'c', 'c/d']);
    assert.equal((await addToFolder(target, [{ path: 'a/b/c', content: '' }])).kind, 'environment');
  });

  it("leave nothing behind when one can't be written", async () => {
    const failed = await writeFolder(join(folder, 'profiles'), [
      { path: 'a', content: '' },
      { path: 'a/b', content: '' },
    ]);
    assert.equal(failed.kind, 'environment');
    assert.deepEqual(readdirSync(folder), []);
  });

  it('decide which cluster is meant: the option, KUBECONFIG, or the home directory', () => {
    const file = join(folder, 'config');
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: {} }],
        contexts: [
          { name: 'x', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
          { name: 'y', context: { cluster: 'c', user: 'u' } },
        ],
        'current-context': 'x',
      }),
    );
    const exists = (path: string) => path === file;
    const namespaceOf = (variables: Record<string, string>, home: string, options = {}) => {
      const connection = connectBy(variables, home, exists)(options);
      return connection.kind === 'ok' ? connection.value.namespace : connection.message;
    };
    assert.equal(namespaceOf({}, '/nowhere', { kubeconfig: file }), 'shop');
    assert.equal(namespaceOf({ KUBECONFIG: `/missing:${file}` }, '/nowhere', { context: 'y' }), 'default');
    assert.match(namespaceOf({}, '/nowhere'), /no kubeconfig at \/nowhere\/\.kube\/config; name one with --kubeconfig/);
    assert.match(namespaceOf({}, '/nowhere', { kubeconfig: '/missing' }), /no kubeconfig at \/missing/);
    writeFileSync(file, 'clusters: []');
    assert.match(namespaceOf({}, '/nowhere', { kubeconfig: file }), /can't be used \(.*\); name another one/);
  });
});
