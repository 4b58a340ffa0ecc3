import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { commandOf, type LastRun, parsePage, renderPage } from '../../evidence/page.ts';
import { EVIDENCE } from '../../evidence/rows.ts';

/** Titles that stand in a test file, as its source has them. */
function titlesIn(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/\bit\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs)].map((match) =>
    (match[2] ?? '').replaceAll('\\', ''),
  );
}

describe('the evidence table', () => {
  for (const row of EVIDENCE) {
    it(`has a test that exists for: ${row.promise}`, () => {
      assert.ok(existsSync(row.file), `${row.file} is gone`);
      assert.ok(titlesIn(row.file).includes(row.test), `${row.file} has no test titled: ${row.test}`);
    });
  }

  it('is what docs/evidence.md shows, row for row', () => {
    const page = readFileSync('docs/evidence.md', 'utf8');
    assert.equal(page, renderPage(EVIDENCE, parsePage(page)), 'run `npm run evidence`, or `-- FILE…` for the new rows');
  });

  it('survives being written and read again, whatever the figures say', () => {
    const row = { promise: 'a | b', file: 'tests/x.test.ts', test: "it's | so" };
    const run: LastRun = { state: 'passed', commit: 'abc1234', date: '2026-01-02', figures: 'p99 = 3 ms | n = 5' };
    const read = parsePage(renderPage([row], new Map([[commandOf(row), run]])));
    assert.deepEqual(read.get(commandOf(row)), run);
  });
});
