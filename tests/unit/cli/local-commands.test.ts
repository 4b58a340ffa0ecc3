import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { addRecord } from '../../../cli/commands/record.ts';
import { DONE } from '../../../cli/ending.ts';
import { notStarted } from '../../../cli/record/describe-failure.ts';
import { runProgram } from '../../../cli/run-program.ts';
import { createTerminal } from '../../../cli/terminal.ts';
import { misuse } from '../../../cli/verify/write-back.ts';
import { readProfile } from '../../../profile/document.ts';
import { webProfile } from '../profile/web-profile.ts';
import { Command } from 'commander';
import { FakeCluster, runAgainst } from './fakes.ts';

async function record(...args: string[]): Promise<{ code: number; out: string; notes: string }> {
  let [out, notes] = ['', ''];
  const terminal = createTerminal({ write: (text) => (out += text) }, { write: (text) => (notes += text) }, {});
  const code = await runProgram(args, terminal, (ended) => {
    const program = new Command('flak').enablePositionalOptions();
    addRecord(program, { terminal, record: () => Promise.resolve(DONE) }, ended);
    return program;
  });
  return { code, out, notes };
}

describe('flak --version', () => {
  it('is the version of the package', async () => {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    const { code, out } = await runAgainst(new FakeCluster({}), '--version');
    assert.deepEqual([code, out], [0, `${version}\n`]);
  });
});

describe('flak record', () => {
  it('says where options of the command belong', async () => {
    const { code, notes } = await record('record', 'ls', '-la');
    assert.equal(code, 2);
    assert.match(notes, /unknown option '-la'\n\(a command with options of its own stands behind --/);
    assert.equal((await record('record', '--', 'ls', '-la')).code, 0);
  });

  it('takes no -o json for a format, which it is elsewhere', async () => {
    const { code, notes } = await record('record', '-o', 'json', '--', 'true');
    assert.deepEqual([code, notes.includes('-o names the file')], [2, true]);
  });

  it('says in its help whose exit code it ends with', async () => {
    assert.match((await record('record', '--help')).out, /its own exit code is passed on/);
  });

  it("ends as a shell does for what can't be run, and says what to do", () => {
    for (const [errno, code, words] of [
      [2, 127, /no such file or directory; nothing was recorded. Give its path/],
      [8, 126, /A script needs a first line/],
      [13, 126, /permission denied; .*chmod \+x/],
      [21, 126, /Name another program/],
    ] as const) {
      let note = '';
      const failure = { kind: 'not-started', step: 'command', errno } as const;
      assert.deepEqual(
        notStarted('x', failure, (text) => (note = text)),
        { kind: 'passed-on', code },
      );
      assert.match(note, words);
    }
  });
});

describe('flak verify', () => {
  const recorded = readProfile(JSON.stringify(webProfile(1)), 'web.json');
  const rules = readProfile(JSON.stringify(webProfile(1).seccomp), 'rules.json');
  assert.ok(recorded.kind === 'read' && rules.kind === 'read');

  it('refuses to write what the profile has no room for before anything runs', () => {
    assert.match(misuse('rules.json', rules.document, { propose: 'p.json' })?.message ?? '', /^--propose needs/);
    assert.match(misuse('rules.json', rules.document, { write: true })?.message ?? '', /^--write needs/);
    assert.match(misuse('-', recorded.document, { write: true })?.message ?? '', /^--write needs/);
    assert.equal(misuse('rules.json', rules.document, {}), null);
    assert.equal(misuse('web.json', recorded.document, { write: true, propose: 'p.json' }), null);
  });
});
