/** Commands as a person runs them, given what is no profile: one sentence and exit code 2, nothing run and nothing written. */
import assert from 'node:assert/strict';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryTree } from '../../temporary-tree.ts';
import { runFlak } from '../local/flak.ts';

const HUNDRED_MB = 100 * 1024 * 1024;
const PROFILE = join(import.meta.dirname, '../../golden/formats/web.flak.json');
const RULES = {
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names: ['read', 'frobnicate'], action: 'SCMP_ACT_ALLOW' }],
};

const INPUTS: Readonly<Record<string, { readonly text: string; readonly why: RegExp }>> = {
  'truncated.json': { text: '{"format": "flak/v1", "summary": "obser', why: /is cut off, or no JSON/ },
  'foreign.json': { text: '{"name":"x","version":"1.0.0"}', why: /is no seccomp profile that this version knows/ },
  'pod.yaml': { text: 'apiVersion: v1\nkind: Pod\n', why: /is a Pod, which is no profile/ },
  'empty.json': { text: '', why: /is empty/ },
  'binary.json': { text: '\u007fELF\u0000\u0001\n: [', why: /no JSON|holds no object/ },
  'huge.json': { text: '{"defaultAction":', why: /is larger than \d+ bytes, which no profile or manifest is/ },
};
/** All commands read profiles in the same way; these show that they do, and `check` is given all of them. */
const EVERYWHERE = ['truncated.json', 'huge.json'];
/** By what comes before the input and after it. */
const COMMANDS: readonly (readonly [string[], string[]])[] = [
  [['check'], []],
  [['explain'], ['--html', 'written.html']],
  [['diff', '--exit-code', PROFILE], []],
  [
    ['merge', PROFILE],
    ['--to', 'written.json'],
  ],
  [['verify'], ['--', 'touch', 'written']],
  [
    ['record', '--merge', '-o'],
    ['--', 'touch', 'written'],
  ],
];

describe('a file that is no profile', function () {
  this.timeout(120_000);
  let tree: TemporaryTree;

  before(() => {
    tree = new TemporaryTree();
    for (const [name, { text }] of Object.entries(INPUTS)) tree.file(name, text);
    truncateSync(join(tree.root, 'huge.json'), HUNDRED_MB);
  });
  after(() => {
    tree[Symbol.dispose]();
  });

  for (const [start, end] of COMMANDS) {
    const command = start[0] ?? '';
    it(`is told by what it is: flak ${command}`, async () => {
      for (const [name, { why }] of Object.entries(INPUTS)) {
        if (command !== 'check' && !EVERYWHERE.includes(name)) continue;
        const { code, out, notes } = await runFlak([...start, name, ...end], { cwd: tree.root });
        assert.deepEqual([code, out], [2, ''], `${command} ${name}: ${notes}`);
        assert.match(notes, why);
        assert.match(notes, new RegExp(`^flak: ${name.replace('.', '\\.')} [^\n]*\n$`), 'one sentence, no stack');
      }
      assert.deepEqual(readdirSync(tree.root).sort(), Object.keys(INPUTS).sort());
    });
  }

  it('names system calls that no table has, and ends with code 1', async () => {
    writeFileSync(join(tree.root, 'unknown.json'), JSON.stringify(RULES));
    const { code, out } = await runFlak(['check', 'unknown.json'], { cwd: tree.root });
    assert.equal(code, 1);
    assert.match(out, /error +unknown-name frobnicate: no table of system calls has this name/);
  });
});
