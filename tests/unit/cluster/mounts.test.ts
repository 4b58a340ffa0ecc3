import assert from 'node:assert/strict';
import { parseMountPoints } from '../../cluster/machine/mounts.ts';

describe('mount points', () => {
  it('are read from mountinfo, blanks and backslashes too', () => {
    const text = `24 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 24 0:27 / /var/lib/a\\040b\\134c rw shared:5 - tmpfs tmpfs rw
`;
    assert.deepEqual(parseMountPoints(text), ['/', '/var/lib/a b\\c']);
  });
});
