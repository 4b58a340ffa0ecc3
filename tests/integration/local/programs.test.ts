/** A few of the programs of tests/soak/programs.test.ts, in a minute. */
import { describePrograms } from './real-programs.ts';
import { STORES } from './stores.ts';
import { TOOLS } from './tools.ts';

describe('real programs, recorded and replayed', function () {
  this.timeout(120_000);
  describePrograms([...TOOLS, ...STORES.filter(({ name }) => name === 'redis')]);
});
