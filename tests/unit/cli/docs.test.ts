import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FINDINGS } from '../../../profile/check.ts';
import { RISK_CLASSES } from '../../../profile/risk.ts';
import { departures, documentedShape } from '../../documented-shape.ts';
import { FakeCluster, runAgainst } from './fakes.ts';
import { run } from './profiles-at-hand.ts';

/** `flak <group> <command>` and `flak <command>`, as help lists them. */
async function commandsOf(line: string): Promise<string[]> {
  const { out } = await runAgainst(new FakeCluster({}), `${line} --help`);
  const [, list = ''] = out.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name ?? '');
  return names.filter((name) => name !== 'help');
}

describe('docs/cli.md', () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const table = page.slice(0, page.indexOf('**PROFILE**'));

  it('lists every command', async () => {
    const top = await commandsOf('');
    const groups: readonly string[] = ['profile', 'trace'];
    const inner = await Promise.all(
      groups.map(async (group) => (await commandsOf(group)).map((name) => `${group} ${name}`)),
    );
    const all = [...top.filter((name) => !groups.includes(name)), ...inner.flat()];
    assert.ok(all.length >= 14);
    for (const name of all) assert.match(table, new RegExp(`^\\| \`${name}[ \`]`, 'm'), name);
  });

  it('explains every finding as the command does, and names the classes of risk', () => {
    for (const [code, { severity, meaning }] of Object.entries(FINDINGS))
      assert.ok(page.includes(`| \`${code}\` | ${severity} | ${meaning} |`), code);
    const profiles = readFileSync(new URL('../../../docs/profile.md', import.meta.url), 'utf8');
    for (const risk of RISK_CLASSES) assert.ok(profiles.includes(`**${risk}**`), risk);
  });

  it('gives the shapes that commands print', async () => {
    for (const [command, line] of [
      ['profile list', 'profile list'],
      ['check', 'check one.json rules.json'],
      ['explain', 'explain one.json'],
      ['explain', 'explain rules.json'],
      ['diff', 'diff one.json rules.json'],
      ['diff', 'diff api'],
      ['install', 'install'],
    ] as const) {
      const { out, notes } = await run(`${line} -o json`);
      assert.notEqual(out, '', notes);
      assert.deepEqual(departures(JSON.parse(out), documentedShape(page, command)), [], line);
    }
  });

  it('has the shape of -o json of every command that takes it', () => {
    const shapes = page.slice(page.indexOf('## `-o json`'), page.indexOf('## `flak inject`'));
    for (const name of [
      'profile list',
      'trace list',
      'trace watch',
      'trace start',
      'trace stop',
      'diff',
      'check',
      'explain',
      'install',
      'uninstall',
      'inject',
      'doctor',
      'verify',
      'files list',
      'profile get',
      'snapshot',
      'merge',
    ])
      assert.ok(shapes.includes(`\`${name}\``), name);
  });
});
