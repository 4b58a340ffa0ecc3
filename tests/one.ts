/** `sh tests/bootstrap.sh tests/one.ts FILE ['TITLE']`: runs one test file, or one test of it. The commands of docs/evidence.md. */
import { spawnSync } from 'node:child_process';
import { mochaOptions } from './suites.ts';

const [file, title] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: sh tests/bootstrap.sh tests/one.ts FILE ['TITLE']\n");
  process.exit(2);
}
const only = title === undefined ? [] : ['--fgrep', title];
const { status } = spawnSync('mocha', [...mochaOptions(600_000), ...only, file], { stdio: 'inherit' });
process.exitCode = status ?? 1;
