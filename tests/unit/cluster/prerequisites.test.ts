import assert from 'node:assert/strict';
import { missingForImages, missingPrerequisites, type MachineFacts } from '../../cluster/machine/prerequisites.ts';

const FIT: MachineFacts = {
  userId: 0,
  platform: 'linux',
  distribution: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  goVersion: 'go1.26.8',
  hasBtf: true,
};

const UNFIT: [title: string, change: Partial<MachineFacts>, sentence: RegExp][] = [
  ['another user than root', { userId: 1000 }, /needs root/],
  ['macOS', { platform: 'darwin' }, /needs Linux; this is darwin/],
  [
    'Ubuntu',
    { distribution: { id: 'ubuntu', version: '24.04', name: 'Ubuntu 24.04 LTS' } },
    /Debian 12 .* this is Ubuntu 24\.04 LTS/,
  ],
  ['Debian 11', { distribution: { id: 'debian', version: '11', name: 'Debian GNU/Linux 11' } }, /this is Debian .* 11/],
  ['Debian unstable', { distribution: { id: 'debian', version: '', name: 'Debian GNU/Linux sid' } }, /Debian 12/],
  ['a system that says nothing', { distribution: { id: '', version: '', name: '' } }, /this is another system/],
  ['no Go', { goVersion: undefined }, /no `go` in PATH/],
  ['Go 1.25', { goVersion: 'go1.25.9' }, /Go ≥ 1\.26.*this is go1\.25\.9/],
  ['a Go of the first days', { goVersion: 'go1.3' }, /this is go1\.3/],
  ['no version', { goVersion: 'unknown' }, /this is unknown/],
  ['no BTF', { hasBtf: false }, /BTF/],
];

describe('prerequisites of the test cluster', () => {
  for (const fit of ['go1.26.0', 'go1.26rc2', 'go1.30.1', 'go2.0', 'devel go1.27-abcdef']) {
    it(`are met by Debian 12 with ${fit}`, () => {
      assert.deepEqual(missingPrerequisites({ ...FIT, goVersion: fit }), []);
    });
  }

  for (const [title, change, sentence] of UNFIT) {
    it(`name ${title} in one sentence`, () => {
      const missing = missingPrerequisites({ ...FIT, ...change });
      assert.equal(missing.length, 1);
      assert.match(missing[0] ?? '', sentence);
      assert.doesNotMatch(missing[0] ?? '', /\n/);
    });
  }

  it('are fewer where only images are built', () => {
    assert.deepEqual(missingForImages({ ...FIT, goVersion: undefined, hasBtf: false }), []);
    assert.equal(missingForImages({ ...FIT, userId: 1, distribution: { id: 'x', version: '', name: '' } }).length, 2);
    assert.match(missingForImages({ ...FIT, platform: 'darwin' })[0] ?? '', /needs Linux/);
  });

  it('are reported together', () => {
    const nothing: MachineFacts = { ...FIT, userId: 1, goVersion: undefined, hasBtf: false };
    assert.equal(missingPrerequisites(nothing).length, 3);
  });
});
