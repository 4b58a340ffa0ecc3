/** `npm run test:soak [-- FILE…]`: the long runs that `npm test` leaves out. Needs what the end-to-end tests need. */
import { spawnSync } from 'node:child_process';
import { mochaOptions } from '../suites.ts';

const ONE_HOUR_MS = 3_600_000;
const files = process.argv.slice(2);
const what = files.length > 0 ? files : ['tests/soak/**/*.test.ts'];
const { status } = spawnSync('mocha', [...mochaOptions(ONE_HOUR_MS), ...what], { stdio: 'inherit' });
process.exitCode = status ?? 1;
