/**
 * Each file of tests/golden/admission holds a pod and, after `---`, what admission makes of it.
 * UPDATE_GOLDEN=1 writes the second part anew, for review in the diff.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { mutate } from './admission-fixtures.ts';

const DIRECTORY = join(import.meta.dirname, '../../../golden/admission');
const TRACE_ID = '<id>.<issued>.<signature>';

interface Given {
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly pod: unknown;
}

function outcome({ pod, namespaceLabels }: Given): object {
  const facts = { namespaceFacts: { labels: namespaceLabels, terminating: false } };
  const { answer, manifest } = mutate(pod, facts, TRACE_ID);
  return { decision: answer.decision, pod: manifest };
}

describe('admission, for the pod in', () => {
  for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.yaml'))) {
    it(`${file}, yields what the file says`, () => {
      const path = join(DIRECTORY, file);
      const text = readFileSync(path, 'utf8');
      const given = text.slice(0, text.indexOf('\n---\n') + 1);
      const actual = outcome(parse(given) as Given);
      if (process.env['UPDATE_GOLDEN'] === '1')
        writeFileSync(path, `${given}---\n${stringify(actual, { aliasDuplicateObjects: false })}`);
      const [, expected] = parseAllDocuments(readFileSync(path, 'utf8'));
      assert.deepEqual(actual, expected?.toJS());
    });
  }
});
