#!/usr/bin/env node
/**
 * `flak`, also installed as `kubectl-flak`: loads what the command at hand needs, and no more. Imports nothing beforehand, so
 * that an older Node gets as far as the sentence that says so.
 */
const [word] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `flak: Node 24 or newer is needed, this is ${process.versions.node}; install it (https://nodejs.org).\n`,
  );
  process.exitCode = 3;
} else {
  const { useCompileCache } = await import('./compile-cache.ts');
  useCompileCache();
  const { isLocal, runLocal } = await import('./local-commands.ts');
  if (isLocal(word)) process.exitCode = await runLocal(process.argv.slice(2), process.env);
  else await import('./main.ts');
}
