import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BARE_REASONS } from '../../../profile/argument-rules.ts';
import { watchOf } from '../../../profile/arguments.ts';
import { MEASURED } from '../../../profile/base-set-measured.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { ENFORCED } from '../../../profile/enforced.ts';
import { ABIS, NOTES, ORIGINS, PARTIAL_REASONS } from '../../../profile/recording.ts';

describe('docs/profile.md', () => {
  const page = readFileSync(new URL('../../../docs/profile.md', import.meta.url), 'utf8');

  it('explains every reason, note, origin and group', () => {
    const words = [...Object.keys(PARTIAL_REASONS), ...Object.keys(NOTES), ...ORIGINS];
    for (const word of [...words, ...declaredGroups().map(({ name }) => name)])
      assert.ok(page.includes(`\`${word}\``), word);
  });

  it('names the measured runtimes', () => {
    for (const { version } of MEASURED) assert.ok(page.includes(version.split('+', 1).join()), version);
  });

  it('lists each watched call with its arguments, whether they are enforced by default, and why', () => {
    for (const [name, { masks, reason }] of Object.entries(ENFORCED)) {
      const watch = ABIS.map((abi) => watchOf(abi, name)).find((found) => found !== undefined);
      const named = watch?.names.map((argument, place) =>
        watch.wide64.includes(watch.indices[place] ?? -1) ? `${argument} (64 bits)` : argument,
      );
      const enforced = Object.keys(masks).length > 0 ? 'yes' : 'no';
      const row = `| \`${name}\` | ${named?.join(', ')} | ${enforced} | ${reason} |`;
      assert.ok(page.includes(row), row);
    }
  });

  it('explains why a call can be without rules on its arguments', () => {
    for (const [reason, meaning] of Object.entries(BARE_REASONS)) {
      const [start = ''] = meaning.split(/[(;]/);
      assert.ok(page.includes(`| \`${reason}\` | ${start.trim()}`), reason);
    }
  });
});
