/**
 * The HTML report as a browser shows it: light, dark and on paper. The pictures are kept in .out/report for a person to look
 * at, since no assertion says whether a page is pleasant to read.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readProfile } from '../../../profile/document.ts';
import { explainProfile } from '../../../profile/explain.ts';
import { renderReport } from '../../../profile/report/html.ts';
import { webProfile } from '../../unit/profile/web-profile.ts';
import { within } from '../../within.ts';

const run = promisify(execFile);
const KEPT = join(import.meta.dirname, '../../../.out/report');
const WIDTH = 1200;
const HEIGHT = 2600;

describe('the report in a browser', function () {
  this.timeout(120_000);
  let folder: string;
  let page: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'flak-report-'));
    mkdirSync(KEPT, { recursive: true });
    page = join(folder, 'report.html');
    const reading = readProfile(JSON.stringify(webProfile(8)), 'web.json');
    assert.equal(reading.kind, 'read');
    writeFileSync(page, renderReport(explainProfile(reading.document)));
  });

  after(() => {
    rmSync(folder, { recursive: true, maxRetries: 10, retryDelay: 200 });
  });

  /** `--no-sandbox`: the tests run as root. The profile folder keeps two runs apart. */
  async function chromium(...options: string[]): Promise<string> {
    const common = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${folder}/data`,
    ];
    const { stdout } = await run(
      'chromium',
      [...common, `--window-size=${WIDTH},${HEIGHT}`, ...options, `file://${page}`],
      {
        maxBuffer: 32 * 1024 * 1024,
        ...within(90_000),
      },
    );
    return stdout;
  }

  it('has the structure that it was written with', async () => {
    const dom = await chromium('--dump-dom');
    for (const part of [
      '<h1>Deployment web, container nginx</h1>',
      'id="surface"',
      'id="trust"',
      'id="risks"',
      'id="calls"',
    ])
      assert.ok(dom.includes(part), part);
    const rows = dom.match(/<td class="name">/g) ?? [];
    const { seccomp } = webProfile(8);
    assert.equal(rows.length, new Set(seccomp.syscalls.flatMap(({ names }) => names)).size);
    // A parser that had to repair the markup would have moved these.
    assert.match(dom, /<main>[^]*<\/main>\s*<footer>[^]*<\/footer>\s*<\/body>/);
  });

  it('shows a page that is light or dark as the reader likes it', async () => {
    const pictures: Buffer[] = [];
    for (const [scheme, setting] of [
      ['light', 1],
      ['dark', 0],
    ] as const) {
      const picture = join(KEPT, `${scheme}.png`);
      await chromium(`--blink-settings=preferredColorScheme=${setting}`, `--screenshot=${picture}`);
      const bytes = readFileSync(picture);
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [WIDTH, HEIGHT]);
      // An empty page of this size compresses to some 10 kB.
      assert.ok(bytes.length > 100_000, `${scheme}: ${bytes.length} bytes`);
      pictures.push(bytes);
    }
    assert.notDeepEqual(pictures[0], pictures[1]);
  });

  it('prints on a handful of pages', async () => {
    const file = join(KEPT, 'report.pdf');
    await chromium(`--print-to-pdf=${file}`, '--no-pdf-header-footer');
    const pages = readFileSync(file, 'latin1').match(/\/Type\s*\/Page\b/g) ?? [];
    assert.ok(pages.length >= 3 && pages.length <= 8, `${pages.length} pages`);
  });
});
