import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createUseGatherer, hasFolded, unitePaths } from '../../../../profile/files/file-uses.ts';
import { foldPaths, type Masks } from '../../../../profile/files/fold.ts';
import { canonicalPath, folderOf } from '../../../../profile/files/path.ts';
import { FILE_ACCESS, type FileUse } from '../../../../profile/probes.ts';

type Paths = FileUse['paths'];

/** Few names, so that folders are shared and names are both file and folder. */
const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 5 })
  .map((names) => canonicalPath(`/${names.join('/')}`) ?? '');
const entries: fc.Arbitrary<Paths> = fc
  .uniqueArray(
    fc.record({ path, access: fc.subarray([...FILE_ACCESS], { minLength: 1 }) }, { noNullPrototype: true }),
    { selector: (entry) => entry.path, maxLength: 40 },
  )
  .map((all) => unitePaths(all, []));
const bound = fc.integer({ min: 1, max: 12 });

const covers = (kept: string, each: string): boolean =>
  kept === each || (kept.endsWith('/') && `${each}/`.startsWith(kept));
const masksOf = (paths: readonly string[]): Masks => new Map(paths.map((each) => [each, 1]));
const folded = (paths: readonly string[], most: number): string[] => [...foldPaths(masksOf(paths), most).keys()].sort();

describe('folding paths', () => {
  it('leaves everything as it is while there is room', () => {
    assert.deepEqual(folded(['/a/b', '/a', '/c'], 3), ['/a', '/a/b', '/c']);
  });

  it('tells the crowded folder as one and the lonely file as itself', () => {
    const crowd = Array.from({ length: 50 }, (_, index) => `/var/data/${index}`);
    assert.deepEqual(folded([...crowd, '/var/run/x.pid', '/etc/passwd'], 20), [
      '/etc/passwd',
      '/var/data/',
      '/var/run/x.pid',
    ]);
  });

  it('ends at the root where there is room for one entry alone', () => {
    assert.deepEqual(folded(['/a', '/b'], 1), ['/']);
  });

  it('lets a folded folder stand for the folder itself too', () => {
    assert.deepEqual(folded(['/a/1', '/a/2', '/a/3', '/a'], 2), ['/a/']);
  });

  it('keeps to its bound, loses no path and no access, and makes up none', () => {
    fc.assert(
      fc.property(entries, bound, (all, most) => {
        const kept = unitePaths(all, [], most);
        assert.ok(kept.length <= most);
        for (const entry of all) {
          const into = kept.find((each) => covers(each.path, entry.path));
          for (const access of entry.access) assert.ok(into?.access.includes(access), `${entry.path} ${access}`);
        }
        for (const entry of kept)
          for (const access of entry.access)
            assert.ok(all.some((each) => covers(entry.path, each.path) && each.access.includes(access)));
      }),
    );
  });

  it('unites alike in any order, any grouping, and however often', () => {
    fc.assert(
      fc.property(entries, entries, entries, bound, (a, b, c, most) => {
        const unite = (one: Paths, other: Paths): Paths => unitePaths(one, other, most);
        const whole = unite([...a, ...b, ...c], []);
        assert.deepEqual(unite(unite(a, b), c), whole);
        assert.deepEqual(unite(a, unite(b, c)), whole);
        assert.deepEqual(unite(unite(c, a), b), whole);
        assert.deepEqual(unite(whole, a), whole);
        assert.deepEqual(unite(whole, whole), whole);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to the same however calls came in one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(path, fc.constantFrom(...FILE_ACCESS)), { maxLength: 80 }),
        bound,
        (calls, most) => {
          const gatherer = createUseGatherer(most);
          for (const [where, access] of calls) gatherer.add({ path: where, access: [access] });
          const all = calls.map(([where, access]) => ({ path: where, access: [access] }));
          assert.deepEqual(gatherer.paths(), unitePaths(all, [], most));
        },
      ),
    );
  });

  it('folds while it gathers, so that no target fills the tracer', () => {
    const gatherer = createUseGatherer(4);
    const added: Paths = [];
    for (let index = 0; index < 3000; index += 1) {
      const entry = { path: `/tmp/${index % 7}/${index}`, access: [FILE_ACCESS[index % 5] ?? 'read'] };
      gatherer.add(entry);
      added.push(entry);
    }
    gatherer.add({ path: '/tmp', access: ['created'] });
    assert.deepEqual(gatherer.paths(), unitePaths(added, [{ path: '/tmp', access: ['created'] }], 4));
    assert.deepEqual(
      gatherer.paths(1).map((each) => each.path),
      ['/tmp/'],
    );
  });

  it('says whether something is folded', () => {
    assert.equal(hasFolded([{ path: '/a', access: ['read'] }]), false);
    assert.equal(hasFolded([{ path: '/a/', access: ['read'] }]), true);
  });
});

describe('the folder of a path', () => {
  it('is the one around it, of a folder too', () => {
    assert.equal(folderOf('/a/b'), '/a/');
    assert.equal(folderOf('/a/b/'), '/a/');
    assert.equal(folderOf('/a'), '/');
    assert.equal(folderOf('/'), '/');
  });
});
