/** What the C compiler makes of ledger.h and of the kernel's own header. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const HEADER = join(import.meta.dirname, '../../../../tracer/ledger/ledger.h');

/** The values of C expressions over it. */
export function compiled(expressions: readonly string[]): number[] {
  const prints = expressions.map((expression) => `printf("%ld\\n", (long)(${expression}));`).join('');
  const source = `#include <stdio.h>\n#include <stddef.h>\n#include <linux/bpf.h>\n#include "${HEADER}"\nint main(void) { ${prints} }`;
  const program = 'd=$(mktemp -d) && cc -xc - -o $d/p && $d/p; rm -r $d';
  return execFileSync('sh', ['-c', program], { input: source, encoding: 'utf8' }).trim().split('\n').map(Number);
}
