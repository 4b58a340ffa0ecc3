import assert from 'node:assert/strict';
import { readWishes } from '../../../webhook/wishes.ts';

describe("a pod's wishes", () => {
  it('leave everything to the cluster where no annotation says otherwise', () => {
    const nothing = { falco: null, files: null, filesCommand: null, filesMaxString: null, argumentRules: true };
    for (const annotations of [undefined, null, {}, { 'k8s.io/other': 'x' }])
      assert.deepEqual(readWishes(annotations), { wishes: nothing, warnings: [] });
  });

  it('are taken as they stand', () => {
    const { wishes, warnings } = readWishes({
      'flak.dev/falco': 'required',
      'flak.dev/files': 'lines',
      'flak.dev/files-command': 'nginx: worker p',
      'flak.dev/files-max-string': '4096',
      'flak.dev/argument-rules': 'off',
    });
    assert.deepEqual(warnings, []);
    assert.deepEqual(wishes, {
      falco: 'required',
      files: 'lines',
      filesCommand: 'nginx: worker p',
      filesMaxString: 4096,
      argumentRules: false,
    });
  });

  const BAD: readonly (readonly [annotation: string, values: readonly string[], expected: RegExp])[] = [
    ['flak.dev/falco', ['', 'on', 'Required', 'required '], /one of off, optional, required; ignored$/],
    ['flak.dev/files', ['', 'all', 'line'], /one of off, summary, lines; ignored$/],
    [
      'flak.dev/files-command',
      ['', 'sixteen-bytes-16', 'zwölf-bytes-uml', 'a\nb', '\u007f'],
      /1 to 15 bytes; ignored$/,
    ],
    [
      'flak.dev/files-max-string',
      ['', '15', '4097', '1e3', '0150x', '-20', '99999'],
      /number from 16 to 4096; ignored$/,
    ],
    ['flak.dev/argument-rules', ['', 'no', 'true'], /one of on, off; ignored$/],
  ];
  for (const [annotation, values, expected] of BAD)
    it(`that can't be understood are as if they weren't there, and are said: ${annotation}`, () => {
      for (const value of values) {
        const { wishes, warnings } = readWishes({ [annotation]: value });
        assert.deepEqual(wishes, readWishes({}).wishes, JSON.stringify(value));
        assert.equal(warnings.length, 1);
        assert.match(warnings[0] ?? '', expected);
        assert.ok(warnings[0]?.startsWith(`${annotation} is not `));
      }
    });

  it('may name a thread by 15 bytes that are fewer letters', () => {
    assert.equal(readWishes({ 'flak.dev/files-command': 'zwölf-bytes-um' }).wishes.filesCommand, 'zwölf-bytes-um');
  });
});
