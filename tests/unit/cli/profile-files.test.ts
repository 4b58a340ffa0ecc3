/** merge, check and explain, on files and on what is stored in the cluster. */
import assert from 'node:assert/strict';
import { webProfile } from '../profile/web-profile.ts';
import { run } from './profiles-at-hand.ts';

describe('flak merge', () => {
  it('of recordings is what the control plane would have stored', async () => {
    const { out, notes } = await run('merge one.json two.json');
    assert.deepEqual(JSON.parse(out), webProfile(2));
    assert.equal(notes, `${webProfile(2).summary}\n`);
    assert.deepEqual(JSON.parse((await run('merge one.json deploy/web --format oci')).out), webProfile(2).seccomp);
  });

  it('of one profile gives its OCI file', async () => {
    const { out, code } = await run('merge one.json --format oci');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), webProfile(1).seccomp);
    assert.deepEqual(JSON.parse((await run('merge one.json')).out), webProfile(1));
  });

  it('of different containers is what --format oci asks for', async () => {
    const { out, code } = await run('merge two.json api --format oci');
    assert.equal(code, 0);
    assert.ok('syscalls' in (JSON.parse(out) as object));
  });

  it('with rules alone is OCI', async () => {
    const { out } = await run('merge rules.json more.json one.json');
    assert.ok((JSON.parse(out) as { syscalls: { names: string[] }[] }).syscalls[0]?.names.includes('bpf'));
    assert.match((await run('merge rules.json more.json --format flak')).notes, /of which no Flak profile can be made/);
  });

  it('is written whole to a file that is named', async () => {
    const { out, notes, files } = await run('merge one.json two.json --to web.json');
    assert.equal(out, '');
    assert.match(notes, /wrote web.json\n$/);
    assert.deepEqual(JSON.parse(files.get('./web.json') ?? ''), webProfile(2));
  });

  it('says why, where it makes no sense', async () => {
    for (const [line, words] of [
      ['merge - -', /only one profile can come from stdin/],
      ['merge two.json api', /these can't be merged: they are of different containers/],
      ['merge two.json cut.json', /cut.json is cut off/],
    ] as const) {
      const { code, out, notes } = await run(line);
      assert.deepEqual([code, out], [2, ''], line);
      assert.match(notes, words);
    }
  });
});

describe('flak check', () => {
  it('names each finding, and ends with code 1 for errors', async () => {
    const { code, out, notes } = await run('check bad.json rules.json');
    assert.equal(code, 1);
    assert.match(out, /^bad.json\n {2}error {4}unknown-name raed: no table [^\n]+\nrules.json: nothing to say\n$/);
    assert.match(notes, /^flak: 1 finding of severity error; change the rules/);
  });

  it('takes risks for findings only when asked', async () => {
    assert.equal((await run('check more.json')).code, 0);
    const { code, notes } = await run('check more.json --fail-on risk');
    assert.equal(code, 1);
    assert.match(notes, /1 finding of severity error or warning or risk/);
    assert.match((await run('check bad.json more.json --fail-on risk')).notes, /2 findings/);
  });

  it('prints JSON for programs', async () => {
    const { out } = await run('check more.json -o json');
    const { profiles } = JSON.parse(out) as { profiles: { source: string; findings: { code: string }[] }[] };
    assert.deepEqual(
      profiles.map(({ source, findings }) => [source, findings.map(({ code }) => code)]),
      [['more.json', ['severe-call']]],
    );
  });

  it('tells a missing file from a workload, and what is no profile from both', async () => {
    for (const [line, code, words] of [
      ['check nope.json', 2, /there is no file nope.json; name one that exists/],
      ['check ./nope', 2, /there is no file/],
      ['check /nope', 2, /there is no file/],
      ['check nope', 1, /no profile of nope/],
      ['check cut.json', 2, /cut.json is cut off, or no JSON: .*; give an OCI, Flak or SyscallProfile file/],
    ] as const) {
      const ended = await run(line);
      assert.equal(ended.code, code, line);
      assert.match(ended.notes, words);
    }
  });
});

describe('flak explain', () => {
  it('prints text, on a terminal with emphasis', async () => {
    assert.match(
      (await run('explain deploy/web')).out,
      /^Deployment web, container nginx\n[^]*Lets \d+ of the kernel's 385/,
    );
    assert.match(
      (await run('explain more.json', { isTTY: true })).out,
      /\u001b\[1mworth a look\u001b\[22m\n {2}bpf +\u001b\[31msevere/,
    );
  });

  it('writes the report and nothing on stdout, or JSON beside it', async () => {
    const { out, notes, files } = await run('explain one.json --html web.html');
    assert.deepEqual([out, notes], ['', 'wrote web.html\n']);
    assert.match(files.get('./web.html') ?? '', /^<!doctype html>/);
    const both = await run('explain one.json --html web.html -o json');
    assert.equal((JSON.parse(both.out) as { surface: { kernel: number } }).surface.kernel, 385);
  });

  it("says it where the report can't be written", async () => {
    const { code } = await run('explain one.json --html web.html', {
      writeFile: () => Promise.resolve({ kind: 'environment', message: 'full' }),
    });
    assert.equal(code, 3);
  });
});
