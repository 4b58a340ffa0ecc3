/**
 * Every output format as bytes that people and programs rely on, in tests/golden/formats. A change of a format shows
 * there; `FLAK_WRITE_GOLDEN=1` writes the files anew, for review.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { renderDiff } from '../../../cli/commands/diff.ts';
import { checkProfile } from '../../../profile/check.ts';
import { diffProfiles } from '../../../profile/diff.ts';
import type { ProfileDocument } from '../../../profile/document.ts';
import { readProfile } from '../../../profile/document.ts';
import { explainProfile } from '../../../profile/explain.ts';
import type { Group } from '../../../profile/groups.ts';
import { toArtifact } from '../../../profile/oci-artifact.ts';
import { renderReport } from '../../../profile/report/html.ts';
import { renderExplanation } from '../../../profile/report/text.ts';
import { toOperatorProfile } from '../../../profile/spo.ts';
import { webProfile } from './web-profile.ts';

function document(content: object, source: string): ProfileDocument {
  const reading = readProfile(JSON.stringify(content), source);
  assert.equal(reading.kind, 'read');
  return reading.document;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const plain = { heading: (text: string) => text, paint: (_: string, text: string) => text };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Apart from what is declared just now, which is measured anew with each runtime. */
const GROUPS: readonly Group[] = [
  {
    name: 'portability',
    description: 'appears elsewhere',
    calls: [
      { name: 'restart_syscall', reason: 'the kernel resumes an interrupted sleep through it' },
      { name: 'clone', reason: 'what C libraries use where clone3 is missing', beside: ['clone3'] },
    ],
  },
];
const flak = webProfile(3, GROUPS);
const web = document(flak, 'web.json');
const first = document(webProfile(1, GROUPS), 'first.json');
const explanation = explainProfile(web);

const FORMATS: Readonly<Record<string, string>> = {
  'web.flak.json': json(flak),
  'web.oci.json': json(flak.seccomp),
  'web.spo.yaml': stringify(toOperatorProfile('deployment-web-nginx', flak.summary, web.seccomp)),
  'web.artifact.json': json(toArtifact(web.seccomp, 'latest', sha256)),
  'web.explain.txt': renderExplanation(explanation, plain),
  'web.explain.json': json(explanation),
  'web.explain.html': renderReport(explanation),
  'first-web.diff.txt': renderDiff(diffProfiles(first, web), plain),
  'first-web.diff.json': json(diffProfiles(first, web)),
  'web.check.json': json({ profiles: [{ source: 'web.json', findings: checkProfile(web) }] }),
};

describe('output formats', () => {
  for (const [name, content] of Object.entries(FORMATS))
    it(`are byte for byte tests/golden/formats/${name}`, () => {
      const file = new URL(`../../golden/formats/${name}`, import.meta.url);
      if (process.env['FLAK_WRITE_GOLDEN'] === '1') writeFileSync(file, content);
      assert.equal(content, readFileSync(file, 'utf8'));
    });
});
