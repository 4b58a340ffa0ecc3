import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MEASURED } from '../../../profile/base-set-measured.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { NOTES, ORIGINS, PARTIAL_REASONS } from '../../../profile/recording.ts';

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
});
