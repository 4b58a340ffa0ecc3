#!/usr/bin/env node
/**
 * `flak`, also installed as `kubectl-flak`: loads what the command at hand needs, and no more. Imports nothing beforehand, so
 * that an older Node gets as far as the sentence that says so.
 */
const [word] = process.argv.slice(2);

// `npm run` goes to the package's folder; the files and the command that are named are meant from where the user is.
const { INIT_CWD: callersFolder, npm_lifecycle_event: script } = process.env;
if (script === 'flak' && callersFolder !== undefined) process.chdir(callersFolder);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `flak: Node 24 or newer is needed, this is ${process.versions.node}; install it (https://nodejs.org).\n`,
  );
  process.exitCode = 3;
} else {
  const { useCompileCache } = await import('./compile-cache.ts');
  useCompileCache();
  const { isLocal, runLocal } = await import('./local.ts');
  // Ends here, by nothing that still waits: giving the heap back page by page would take longer than all that is left to do.
  if (isLocal(word)) process.exit(await runLocal(process.argv.slice(2), process.env));
  await import('./main.ts');
}
