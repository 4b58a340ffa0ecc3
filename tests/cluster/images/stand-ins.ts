import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, tryCommand, type CommandOptions } from '../run-command.ts';
import { buildah } from './buildah.ts';
import type { HostConfiguration } from './host-configuration.ts';

/**
 * Base images made from packages, for machines that reach no image registry. They go by the names of what they stand
 * for, in buildah's storage of the tests alone, and carry a label that says so.
 */
const LABEL = 'dev.flak.stand-in';
/** Changes when the recipes below do: older stand-ins are then made anew. */
const RECIPE = '1';

export const DEBIAN = 'docker.io/library/debian:bookworm-slim';
export const NODE = 'docker.io/library/node:24-bookworm-slim';

/** What a stand-in is made from; part of the tag of every image built on it. */
export function standInKey(base: string): string {
  return base === NODE ? `${RECIPE}, node ${process.version}` : RECIPE;
}

/** Makes sure that there is a stand-in for `base`. @throws for bases there is no recipe for */
export async function standIn(base: string, host: HostConfiguration, options: CommandOptions): Promise<void> {
  if (await isThere(base)) return;
  const context = mkdtempSync(join(tmpdir(), 'flak-stand-in-'));
  try {
    if (base === DEBIAN) await writeDebian(context, host, options);
    else if (base === NODE) await writeNode(context, host, options);
    else throw new Error(`${base} can't be pulled, and there is no recipe for a stand-in`);
    const label = `${LABEL}=${standInKey(base)}`;
    const flags = ['--isolation=chroot', '--pull-never', `--label=${label}`, `--tag=${base}`];
    await runCommand(buildah('bud', ...flags, ...host.volumes, context), options);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

async function isThere(base: string): Promise<boolean> {
  const format = `{{index .OCIv1.Config.Labels "${LABEL}"}}`;
  const label = await tryCommand(buildah('inspect', '--type=image', '--format', format, base));
  return label === standInKey(base);
}

/** As the real one: minbase, without documentation. */
async function writeDebian(context: string, host: HostConfiguration, options: CommandOptions): Promise<void> {
  const rootFileSystem = join(context, 'root.tar');
  const flags = [
    '--variant=minbase',
    '--aptopt=Acquire::Languages "none"',
    '--dpkgopt=force-unsafe-io', // what a crash would damage is made anew
    ...host.aptOptions.map((line) => `--aptopt=${line}`),
    ...['doc', 'man', 'info', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  ];
  await runCommand(['mmdebstrap', ...flags, 'bookworm', rootFileSystem, ...host.aptSources], options);
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD root.tar /\nCMD ["bash"]\n');
}

/** As the real one: node and npm below /usr/local. The running Node is of the version that is asked for. */
async function writeNode(context: string, host: HostConfiguration, options: CommandOptions): Promise<void> {
  if (!process.version.startsWith('v24.')) throw new Error(`this is Node ${process.version}; the image needs 24`);
  await standIn(DEBIAN, host, options);
  copyFileSync(process.execPath, join(context, 'node'));
  const packages = join(context, 'packages');
  await runCommand(['npm', 'install', '--no-audit', '--no-fund', '--prefix', packages, 'npm@11'], options);
  cpSync(join(packages, 'node_modules', 'npm'), join(context, 'npm'), { recursive: true });
  rmSync(packages, { recursive: true });
  const link = (name: string): string => `ln -s ../lib/node_modules/npm/bin/${name}-cli.js /usr/local/bin/${name}`;
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${DEBIAN}
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ${link('npm')} && ${link('npx')} && groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
CMD ["node"]
`,
  );
}
