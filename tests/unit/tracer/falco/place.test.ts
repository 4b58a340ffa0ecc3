import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateDirectory, listPrivateDirectories } from '../../../../tracer/falco/private-directory.ts';
import { takePlace } from '../../../../tracer/falco/place.ts';
import { loadKernel } from '../../../../tracer/ledger/kernel.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';
import { POD } from './lines.ts';

describe('what Falco has on a node', () => {
  it('is one of so many places, which are free again when they are given back, and nothing then', async () => {
    using tree = new TemporaryTree();
    const [root, kernel] = [join(tree.root, 'falco'), loadKernel()];
    const taken = await Promise.all([1, 2].map(() => takePlace(root, 2, kernel)));
    assert.ok(taken.every((place) => place !== undefined));
    assert.equal(await takePlace(root, 2, kernel), undefined);
    assert.equal(await takePlace(root, 0, kernel), undefined);
    taken[0]?.();
    const again = await takePlace(root, 2, kernel);
    assert.ok(again !== undefined);
    taken[1]?.();
    again();
    assert.ok(!existsSync(root));
  });

  it('is not taken for a full node by one that is just being swept', async () => {
    using tree = new TemporaryTree();
    const kernel = loadKernel();
    let sweeping = true;
    setTimeout(() => (sweeping = false), 10);
    const place = await takePlace(join(tree.root, 'falco'), 2, {
      tryLock: (file) => !sweeping && kernel.tryLock(file),
    });
    assert.ok(place !== undefined);
    place();
  });

  it('takes the files of tracers that were killed along with the last one', async () => {
    using tree = new TemporaryTree();
    const [root, kernel] = [join(tree.root, 'falco'), loadKernel()];
    tree.file('falco/places/1', '');
    (await takePlace(root, 2, kernel))?.();
    assert.ok(!existsSync(root));
  });

  it('is a directory that nobody else can read, made anew over what a predecessor left', () => {
    using tree = new TemporaryTree();
    const root = join(tree.root, 'falco');
    tree.file(`falco/${POD}/falco.yaml`, 'old');
    const directory = createPrivateDirectory(root, POD);
    directory.write({ configuration: '{}', rules: '[]' });
    const modes = [join(root, POD), directory.configurationFile, directory.rulesFile].map(
      (path) => statSync(path).mode & 0o777,
    );
    assert.deepEqual(modes, [0o700, 0o600, 0o600]);
    assert.deepEqual(listPrivateDirectories(root), [POD]);
    directory.remove();
    assert.deepEqual([listPrivateDirectories(root), listPrivateDirectories(join(root, 'nowhere'))], [[], []]);
  });
});
