import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Progress } from '../progress.ts';
import { runCommand, tryCommand } from '../run-command.ts';
import { cachedArchive, isCached, type ImageArchive } from './archive.ts';
import { withBuildStorage } from './build-storage.ts';
import { buildah } from './buildah.ts';
import { contentHash } from './content-hash.ts';

const NAME = 'flak.test/tracer-with-falco';
const LIBRARIES = '/usr/lib/falco';

/** What lies beside the tracer in its image. */
export interface FalcoLayer {
  /** Files of this machine, by where they go in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** What `/usr/bin/falco` does: a shell script. */
  readonly script: string;
}

/** A Falco of this machine with all that it is linked to, its C library included: the image may have another one. */
export async function falcoOfThisMachine(binary: string): Promise<FalcoLayer> {
  const linked = await runCommand(['ldd', binary]);
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  const loader = libraries.find((path) => basename(path).startsWith('ld-')) ?? '';
  const inside = (path: string): string => join(LIBRARIES, basename(path));
  return {
    files: Object.fromEntries([...libraries, binary].map((path) => [inside(path), path])),
    script: `exec ${inside(loader)} --library-path ${LIBRARIES} ${inside(binary)} "$@"`,
  };
}

/** The tracer's image with that Falco in it, as `/usr/bin/falco`. */
export async function withFalco(
  tracer: ImageArchive,
  layer: FalcoLayer,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ImageArchive> {
  const context = mkdtempSync(join(tmpdir(), 'flak-falco-layer-'));
  try {
    writeContext(context, tracer.reference, layer);
    const reference = `${NAME}:${contentHash(context, ['Dockerfile', 'root'])}`;
    if (isCached(reference)) return await cachedArchive(reference, () => Promise.resolve(), signal);
    return await progress.step(`Image ${reference}`, () =>
      withBuildStorage(progress, signal, () =>
        cachedArchive(reference, () => build(context, reference, tracer, signal), signal),
      ),
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

function writeContext(context: string, base: string, { files, script }: FalcoLayer): void {
  const program = join(context, 'root', 'usr', 'bin', 'falco');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  for (const [inside, path] of Object.entries(files)) {
    const file = join(context, 'root', inside);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(realpathSync(path), file);
  }
  writeFileSync(join(context, 'Dockerfile'), `FROM ${base}\nCOPY root /\n`);
}

/** Its base may have left buildah's storage since it was built; its archive is kept. */
async function build(context: string, reference: string, tracer: ImageArchive, signal?: AbortSignal): Promise<void> {
  const there = await tryCommand(buildah('inspect', '--type=image', tracer.reference), { signal });
  if (there === undefined) await runCommand(buildah('pull', `oci-archive:${tracer.file}`), { signal });
  await runCommand(buildah('bud', '--isolation=chroot', '--pull-never', `--tag=${reference}`, context), { signal });
}
