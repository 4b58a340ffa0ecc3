/** The package as people install it: in an empty folder, with Node and libbpf and nothing else of a checkout. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { skipBecause } from '../../skip.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { REPOSITORY } from '../tracer-ledger/stage.ts';
import { madeBy, readProfile, start } from './flak.ts';
import { within } from '../../within.ts';

/** Where Debian and the official images put Node. */
const OTHER_NODES = ['/usr/bin/node', '/usr/bin/nodejs', '/usr/local/bin/node'];

function olderNode(): string | undefined {
  const major = (node: string): number => Number(/^v(\d+)/.exec(spawnSync(node, ['-v']).stdout.toString())?.[1]);
  return OTHER_NODES.find((node) => existsSync(node) && major(node) < 24);
}

describe('the npm package', function () {
  this.timeout(300_000);
  let tree: TemporaryTree;
  let flak: string;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'recording needs root');
    tree = new TemporaryTree();
    const quiet = { stdio: 'pipe', encoding: 'utf8', ...within(240_000) } as const;
    execFileSync('npm', ['pack', '--silent', '--pack-destination', tree.root], { cwd: REPOSITORY, ...quiet });
    const [tarball = ''] = readdirSync(tree.root);
    const folder = tree.directory('empty');
    const install = [
      'install',
      '--prefer-offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      join(tree.root, tarball),
    ];
    execFileSync('npm', install, { cwd: folder, ...quiet });
    flak = join(folder, 'node_modules/flak/dist/cli/flak.js');
    assert.ok(existsSync(join(folder, 'node_modules/.bin/kubectl-flak')));
  });

  after(() => {
    tree[Symbol.dispose]();
  });

  it('records', async () => {
    const cwd = tree.directory('work');
    const { code, notes } = await start(process.execPath, [flak, 'record', '--', 'mkdir', 'made'], { cwd }).ended;
    assert.equal(code, 0, notes);
    assert.ok(madeBy(readProfile(cwd), 'startup').has('x86_64 mkdir'));
  });

  it('carries no TypeScript: Node strips no types below node_modules', () => {
    const files = readdirSync(join(flak, '../..'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.ts')),
      [],
    );
  });

  it('knows the commands that speak to a cluster', async () => {
    const { code, out } = await start(process.execPath, [flak, '--help']).ended;
    assert.equal(code, 0);
    assert.match(out, /profile/);
  });

  it('says in one sentence that libbpf is missing', async () => {
    const library = '$(ldconfig -p | sed -n "s/.*libbpf.so.1 .*=> //p" | head -1)';
    const script = `mount --bind /dev/null ${library} && exec "$0" "$@"`;
    const args = ['--mount', 'sh', '-c', script, process.execPath, flak, 'record', '-o', '/dev/null', '--', 'true'];
    const { code, notes } = await start('unshare', args).ended;
    assert.equal(code, 3);
    assert.match(notes, /^flak: libbpf\.so\.1 is not installed; install it .*\n$/);
  });

  it('says in one sentence that Node is too old', async function () {
    const older = olderNode();
    if (older === undefined) skipBecause(this, 'there is no Node older than 24 on this machine');
    const { code, notes } = await start(older, [flak, 'record', '--', 'true']).ended;
    assert.equal(code, 3);
    assert.match(notes, /^flak: Node 24 or newer is needed, this is \d+\.\d+\.\d+; install it .*\n$/);
  });
});
