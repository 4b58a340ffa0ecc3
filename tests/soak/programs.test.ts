/** Twelve real programs from Debian, recorded beside an independent recorder and run under their profiles. */
import { describePrograms } from '../integration/local/real-programs.ts';
import { SERVERS } from '../integration/local/servers.ts';
import { STORES } from '../integration/local/stores.ts';
import { TOOLS } from '../integration/local/tools.ts';

describe('twelve real programs, recorded and replayed', function () {
  this.timeout(600_000);
  describePrograms([...TOOLS, ...STORES, ...SERVERS], { busybox: 5, nginx: 5, postgres: 5 });
});
