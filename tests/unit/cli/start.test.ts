/** What a command of local mode loads before it can begin: all of it is time that a recorded command waits. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** Imports that Node follows at once: those of types are gone by then, and `await import` comes later. */
const IMPORT = /^(?:import|export) (?!type )(?:[^;]*? from )?'([^']+)';/gm;

/** Every package and file that an entry point loads. */
function loadedBy(entry: URL, loaded = new Set<string>()): Set<string> {
  if (loaded.has(entry.href)) return loaded;
  loaded.add(entry.href);
  for (const [, specifier = ''] of readFileSync(entry, 'utf8').matchAll(IMPORT)) {
    if (specifier.startsWith('.')) loadedBy(new URL(specifier, entry), loaded);
    else if (!specifier.startsWith('node:')) loaded.add(specifier);
  }
  return loaded;
}

function packagesOf(path: string): string[] {
  const loaded = loadedBy(new URL(`../../../${path}`, import.meta.url));
  return [...loaded].filter((one) => !one.startsWith('file:')).sort();
}

describe('what is loaded before a recorded command can run', () => {
  it('is neither the library of schemas nor the client of the cluster', () => {
    assert.deepEqual(packagesOf('cli/local-commands.ts'), ['commander', 'koffi']);
  });

  it('is little more than the way to libbpf before the kernel has begun with the programs', () => {
    assert.deepEqual(packagesOf('tracer/local/preload.ts'), ['koffi']);
    const files = loadedBy(new URL('../../../tracer/local/preload.ts', import.meta.url));
    assert.ok(![...files].some((file) => /syscalls|arguments/.test(file)), 'tables are for later');
  });
});
