import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { environment, ok } from '../../../cli/ending.ts';
import type { FilesReader, StoredTrace } from '../../../cli/files-store/files-reader.ts';
import { saveFolder, type SavedFile } from '../../../cli/files-store/save-folder.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const OLD: StoredTrace = {
  uid: 'uid-old',
  namespace: 'shop',
  pod: 'web-0',
  bytes: 3,
  files: 1,
  updatedAt: '2025-01-01T00:00:00.000Z',
};
const NEW: StoredTrace = { ...OLD, uid: 'uid-new', bytes: 8, files: 2, updatedAt: '2025-02-01T00:00:00.000Z' };
const FILES = [
  { folder: 'web', name: 'trace_io_0.log', bytes: 4 },
  { folder: 'web', name: 'reference_timestamps.json', bytes: 4 },
];

function store(traces: readonly StoredTrace[]) {
  const closed = { times: 0 };
  const asked: unknown[] = [];
  const reader: FilesReader = {
    traces: (query) => {
      asked.push(query);
      return Promise.resolve(ok([...traces]));
    },
    files: () => Promise.resolve(ok(FILES)),
    open: (uid, { name }) => Promise.resolve(ok(Readable.from([`${uid}/${name}`]))),
    close: () => (closed.times += 1),
  };
  return { openFiles: () => Promise.resolve(ok(reader)), closed, asked };
}

const cluster = new FakeCluster({});

describe('flak files list', () => {
  it('shows whose lines are stored, the last ones first', async () => {
    const { openFiles, closed, asked } = store([OLD, NEW]);
    const { code, out } = await runAgainst(cluster, 'files list', { openFiles });
    assert.equal(code, 0);
    assert.match(out.split('\n')[1] ?? '', /^shop +web-0 +uid-new +2 +8 +2025-02-01/);
    assert.deepEqual(asked, [{ namespace: 'shop' }]);
    assert.equal(closed.times, 1);
  });

  it('prints JSON for programs, of all namespaces', async () => {
    const { openFiles, asked } = store([NEW]);
    const { out } = await runAgainst(cluster, 'files list -A -o json', { openFiles });
    assert.deepEqual(JSON.parse(out), { traces: [NEW] });
    assert.deepEqual(asked, [{}]);
  });

  it('says it when there are none, and when there is no store', async () => {
    assert.match((await runAgainst(cluster, 'files list', store([]))).notes, /no lines of pods in namespace shop/);
    const away = { openFiles: () => Promise.resolve(environment('the store can not be reached.')) };
    assert.equal((await runAgainst(cluster, 'files list', away)).code, 3);
  });
});

describe('flak files get', () => {
  async function get(line: string, traces: readonly StoredTrace[]) {
    const saved: [folder: string, paths: string[]][] = [];
    const run = await runAgainst(cluster, line, {
      ...store(traces),
      saveFolder: (folder: string, files: readonly SavedFile[]) => {
        saved.push([folder, files.map(({ path }) => path)]);
        return Promise.resolve(ok(undefined));
      },
    });
    return { ...run, saved };
  }

  it('fetches the files of the last pod of a name, and tells of earlier ones', async () => {
    const { code, notes, saved } = await get('files get pod/web-0', [OLD, NEW]);
    assert.equal(code, 0);
    assert.deepEqual(saved, [['web-0-files', ['web/trace_io_0.log', 'web/reference_timestamps.json']]]);
    assert.match(notes, /1 earlier pods had this name.*uid-old/);
    assert.match(notes, /wrote 2 files of 8 bytes to web-0-files/);
  });

  it('fetches those of another pod of the name, and where it is told to', async () => {
    const { notes, saved } = await get('files get web-0 --uid uid-old -o there', [OLD, NEW]);
    assert.equal(saved[0]?.[0], 'there');
    assert.doesNotMatch(notes, /earlier/);
  });

  it('says what to do where there is nothing', async () => {
    const { code, notes } = await get('files get web-1 -n other', []);
    assert.equal(code, 1);
    assert.match(notes, /no lines of web-1 in namespace other.*flak\.dev\/files: lines/);
    assert.equal((await get('files get web-0 --uid nobody', [NEW])).code, 1);
  });
});

describe('a folder of fetched files', () => {
  let tree: TemporaryTree;
  beforeEach(() => {
    tree = new TemporaryTree();
  });
  afterEach(() => {
    tree[Symbol.dispose]();
  });
  const file = (path: string, content: string, bytes = content.length): SavedFile => ({
    path,
    bytes,
    open: () => Promise.resolve(ok(Readable.from([content]))),
  });

  it('is there whole', async () => {
    const folder = join(tree.root, 'new/lines');
    assert.equal((await saveFolder(folder, [file('web/a', 'one'), file('web/b', 'two')])).kind, 'ok');
    assert.equal(readFileSync(join(folder, 'web/b'), 'utf8'), 'two');
  });

  it('is not there at all when a connection ends early, or the store refuses', async () => {
    const folder = join(tree.root, 'lines');
    const refused: SavedFile = {
      path: 'b',
      bytes: 1,
      open: () => Promise.resolve(environment('the store answered 500')),
    };
    const broken: SavedFile = {
      path: 'b',
      bytes: 1,
      open: () =>
        Promise.resolve(
          ok(
            Readable.from(
              (async function* () {
                await Promise.resolve();
                yield 'x';
                throw new Error('socket hang up');
              })(),
            ),
          ),
        ),
    };
    for (const bad of [file('b', 'tw', 3), refused, broken])
      assert.equal((await saveFolder(folder, [file('a', 'one'), bad])).kind, 'environment');
    assert.deepEqual(readdirSync(tree.root), []);
  });

  it('is none that exists already', async () => {
    tree.file('lines/mine', 'x');
    const saved = await saveFolder(join(tree.root, 'lines'), [file('a', 'one')]);
    assert.match(saved.kind === 'usage' ? saved.message : '', /exists already/);
    assert.equal(existsSync(join(tree.root, 'lines/mine')), true);
  });
});
