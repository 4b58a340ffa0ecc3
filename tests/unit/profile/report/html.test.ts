import assert from 'node:assert/strict';
import { readProfile } from '../../../../profile/document.ts';
import type { Explanation } from '../../../../profile/explain.ts';
import { explainProfile } from '../../../../profile/explain.ts';
import { profiledFiles } from '../../../../profile/merge-probes.ts';
import { renderReport } from '../../../../profile/report/html.ts';
import { renderExplanation } from '../../../../profile/report/text.ts';
import { webProfile } from '../web-profile.ts';

function explain(content: object, source = 'web.json'): Explanation {
  const reading = readProfile(JSON.stringify(content), source);
  assert.equal(reading.kind, 'read');
  return explainProfile(reading.document);
}

const plain = { heading: (text: string) => text, paint: (_: string, text: string) => text };
const rules = (names: readonly string[], args: readonly object[] = []) => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [{ names, action: 'SCMP_ACT_ALLOW', args }],
});

describe('the HTML report', () => {
  const web = explain(webProfile(8));
  const page = renderReport(web);

  it('asks nothing of the network and runs nothing', () => {
    assert.doesNotMatch(page, /<(script|link|img|iframe|object|embed)\b|@import|url\(|\bsrc=|\bhref=/i);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
  });

  it('closes every element it opens', () => {
    const open: string[] = [];
    for (const [, slash, name, rest] of page.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
      if (name === undefined || ['meta', 'br', 'line', 'path'].includes(name) || rest?.endsWith('/')) continue;
      if (slash === '') open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });

  it('has every call of the profile once in its tables', () => {
    const rows = [...page.matchAll(/<td class="name">([^<]+)<\/td>/g)].map(([, name]) => name ?? '');
    assert.deepEqual(rows.toSorted(), web.calls.map(({ name }) => name).toSorted());
  });

  it('is for both colour schemes and for paper', () => {
    assert.match(page, /prefers-color-scheme: dark/);
    assert.match(page, /@media print/);
    assert.match(page, /color-scheme: light dark/);
  });

  it('takes nothing of a profile for markup', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const crafted = { ...webProfile(1), container: evil, image: evil };
    const report = renderReport(explain(crafted));
    assert.doesNotMatch(report, /<img/);
    assert.match(report, /&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&amp;/);
    assert.doesNotMatch(renderReport(explain(rules([evil]), evil)), /<img/);
  });

  it('says of the second probe what the text says, in any names that a target may choose', () => {
    const path = '/tmp/<b>x';
    const files = profiledFiles({
      paths: [
        { path, access: ['written'] },
        { path: '/<i>', access: ['created'] },
      ],
      reasons: ['falco-gap'],
      mounts: [],
    });
    const probed = explain({ ...webProfile(1), files });
    assert.match(
      renderReport(probed),
      /<h3>Second probe and files<\/h3><ul class="probes">.*it writes \/&lt;i&gt;<\/li>/,
    );
    assert.match(renderExplanation(probed, plain), /\nfiles: 2 paths, 1 written, 1 created\n.*it writes \/<i>\n/);
    assert.doesNotMatch(page, /Second probe/);
  });

  it('leaves out what is not known of rules alone', () => {
    const report = renderReport(explain(rules(['read'], [{ index: 0, op: 'SCMP_CMP_EQ', value: 3 }])));
    assert.doesNotMatch(report, /id="trust"|id="risks"|Beyond the runtime/);
    assert.match(report, /allowed if arg0 == 3/);
    assert.match(report, /none listed/);
  });

  it('stands for a profile that lets nothing through, and one of an unknown runtime', () => {
    assert.match(renderReport(explain({ defaultAction: 'SCMP_ACT_KILL', syscalls: [] })), /100 %/);
    const flak = webProfile(1);
    const contributors = flak.contributors.map((contributor) => ({ ...contributor, runtime: null }));
    assert.match(renderReport(explain({ ...flak, contributors })), /<td>unknown<\/td>/);
  });

  it('draws no curve where no first sight is known, and says what stable would take', () => {
    const { calls, ...rest } = webProfile(2);
    const undated = calls.map(({ abi, name, origins }) => ({ abi, name, origins }));
    const report = renderReport(explain({ ...rest, calls: undated }));
    assert.doesNotMatch(report, /<svg/);
    assert.match(report, /To be called stable it takes: /);
  });
});

describe('the explanation as text', () => {
  it('names a command once, and no image of it', () => {
    const command = { workload: { apiVersion: 'v1', kind: 'Command', name: 'ls' }, container: 'ls', imageDigest: '' };
    const local = explain({ ...webProfile(1), ...command });
    assert.match(renderExplanation(local, plain), /^Command ls\nobserved: /);
    const report = renderReport(local);
    assert.match(report, /<h1>Command ls<\/h1>/);
    assert.match(report, /UTC, 30 min<\/td>/);
    const [first] = webProfile(1).contributors;
    const short = {
      ...webProfile(1),
      contributors: [{ ...first, armedAt: '2026-01-05T09:00:00Z', endedAt: '2026-01-05T09:00:07Z' }],
    };
    assert.match(renderReport(explain(short)), /<td>2026-01-05 09:00 UTC, 7 s<\/td>/);
    assert.match(report, /<th>command<\/th><th>machine, kernel<\/th><th>recorded<\/th>/);
    assert.doesNotMatch(report, /<th>pod|<td>unknown|<code>docker/);
  });

  it('has the same calls, each with what it is for', () => {
    const web = explain(webProfile(8));
    const text = renderExplanation(web, plain);
    for (const { name, purpose } of web.calls) assert.ok(text.includes(`  ${name.padEnd(22)} ${purpose}`), name);
    assert.match(text, /^Deployment web, container nginx\n/);
    assert.match(text, /\nLeft out, seen through kubectl exec alone: ptrace\.\n/);
  });

  it('tells what was recorded from what is declared', () => {
    const [, all, recorded, declared] =
      /Lets (\d+) of .* through \((\d+) recorded, (\d+) declared\)/.exec(
        renderExplanation(explain(webProfile(1)), plain),
      ) ?? [];
    assert.equal(Number(recorded) + Number(declared), Number(all));
    assert.ok(Number(recorded) > 0 && Number(declared) > 0);
    assert.doesNotMatch(renderExplanation(explain(rules(['read'])), plain), /recorded/);
  });

  it('keeps to the width of a terminal, and one line for each call without', () => {
    const web = explain(webProfile(8));
    const narrow = renderExplanation(web, { ...plain, columns: 80 }).split('\n');
    // An image's digest is one word.
    assert.deepEqual(
      narrow.filter((line) => line.length > 80 && line.includes(' ')),
      [],
    );
    const unbroken = (lines: readonly string[]): string[] => lines.join(' ').split(/ +/);
    assert.deepEqual(unbroken(narrow), unbroken(renderExplanation(web, plain).split('\n')));
  });

  it('marks severe and elevated calls differently, with their sources', () => {
    const text = renderExplanation(explain(rules(['bpf', 'keyctl', 'socket'])), {
      ...plain,
      paint: (style, t) => `${style}<${t}>`,
    });
    assert.match(text, /bpf +bad<severe:> .*faint<\[.*CVE-2020-8835/);
    assert.match(text, /keyctl +notable<elevated:> /);
    assert.match(text, /by default allowed with CAP_SYS_ADMIN or CAP_BPF only/);
    assert.match(text, /blocked by default/);
    assert.match(text, /by default allowed of every family but/);
  });

  it('says what stable takes, and what no table has', () => {
    assert.match(renderExplanation(explain(webProfile(1)), plain), /\nfor stable: 2 more contributors, /);
    assert.match(renderExplanation(explain(rules(['nope'])), plain), /unknown to the default profile/);
  });
});
