/** docs/evidence.md: a table from rows and results, and back again (so that a partial run keeps what it didn't run). */
import type { EvidenceRow } from './row.ts';

/** What is known of a row's last run. */
export interface LastRun {
  readonly state: 'passed' | 'failed' | 'skipped' | 'never run';
  readonly commit: string;
  readonly date: string;
  readonly figures: string;
}

export const NEVER: LastRun = { state: 'never run', commit: '', date: '', figures: '' };

const HEAD = `# Evidence

Each promise, the command that shows it, and its last run. Written by \`npm run evidence\`; don't edit.
The suite is the folder below \`tests/\`; end-to-end tests start the throw-away cluster themselves.

| promise | command | last run | commit | date | figures |
|---|---|---|---|---|---|
`;

/** The command anyone can run for a row, from a fresh clone. */
export function commandOf(row: EvidenceRow): string {
  return `sh tests/bootstrap.sh tests/one.ts ${row.file} '${row.test.replaceAll("'", "'\\''")}'`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The whole page; a row without a last run says so. */
export function renderPage(rows: readonly EvidenceRow[], last: ReadonlyMap<string, LastRun>): string {
  const lines = rows.map((row) => {
    const run = last.get(commandOf(row)) ?? NEVER;
    const cells = [row.promise, `\`${commandOf(row)}\``, run.state, run.commit, run.date, run.figures];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `${HEAD}${lines.join('\n')}\n`;
}

/** Last runs by command, as an earlier page states them; lines that aren't rows are passed over. */
export function parsePage(page: string): Map<string, LastRun> {
  const last = new Map<string, LastRun>();
  for (const line of page.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((text) => text.trim().replaceAll('\\|', '|'));
    const [, , command, state, commit, date, figures] = cells;
    if (command?.startsWith('`') !== true || figures === undefined) continue;
    if (state !== 'passed' && state !== 'failed' && state !== 'skipped' && state !== 'never run') continue;
    last.set(command.slice(1, -1), { state, commit: commit ?? '', date: date ?? '', figures });
  }
  return last;
}
