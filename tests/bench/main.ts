/** `npm run bench [-- NAME [OPTIONS]]`: runs tests/bench/NAME/bench.ts, or every benchmark there is, one after the other. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const names = readdirSync(HERE).filter((name) => existsSync(join(HERE, name, 'bench.ts')));
const [asked, ...options] = process.argv.slice(2);

if (asked !== undefined && !names.includes(asked)) {
  process.stderr.write(`no such benchmark: ${asked}; there are ${names.join(', ')}\n`);
  process.exit(2);
}
for (const name of asked === undefined ? names : [asked]) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(HERE, name, 'bench.ts'), ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
