/** Whether `flak verify` finds what a profile lacks, over many calls. */
import { recordProgram, verifyWithout } from '../integration/local/removed-calls.ts';
import { skipBecause } from '../skip.ts';
import { TemporaryTree } from '../temporary-tree.ts';

describe('flak verify, over twenty calls', function () {
  this.timeout(600_000);

  it('finds every one that was taken out of the profile, and tells which the program tolerates', async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'a filter is loaded as root');
    using tree = new TemporaryTree();
    await recordProgram(tree.root);
    await verifyWithout(20, tree.root);
  });
});
