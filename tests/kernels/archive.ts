/**
 * Debian's kernels: those of the machine's own mirror, with its own apt, in a state of their own, so that nothing
 * is installed and the machine's sources stay as they are. Kept in the cache; only the first run downloads.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../cluster/cache-directory.ts';
import { CommandFailed, runCommand } from '../cluster/run-command.ts';

/** A release whose newest kernel is meant, as the archive calls it. */
export interface Suite {
  readonly name: string;
  readonly hasSecurity: boolean;
}

export type Fetched =
  { readonly kind: 'kernel'; readonly path: string } | { readonly kind: 'unavailable'; readonly reason: string };

/** The kernel without drivers of real hardware: half the download, and it has the serial ports built in. */
const META_PACKAGE = 'linux-image-cloud-amd64';
/** Since 6.19 the image is in a package of its own. */
const IMAGE_PACKAGES = /^linux-(?:binary|image)-\d.*-cloud-amd64$/;
/** Of the package debian-archive-keyring. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

interface Mirror {
  readonly uri: string;
  readonly label: string;
}

async function findMirrors(): Promise<Mirror[]> {
  const targets = ['apt-get', 'indextargets', '--format', '$(REPO_URI) $(LABEL)'];
  const lines = await runCommand([...targets, 'Created-By: Packages', 'Origin: Debian', 'Component: main']);
  return lines.split('\n').map((line) => {
    const [uri = '', label = ''] = line.split(' ');
    return { uri, label };
  });
}

function sourcesFor(suite: Suite, mirrors: readonly Mirror[]): string {
  const line = (label: string, name: string): string[] =>
    mirrors
      .filter((mirror) => mirror.label === label)
      .slice(0, 1)
      .map(({ uri }) => `deb [arch=amd64 signed-by=${KEYRING}] ${uri} ${name} main\n`);
  const security = suite.hasSecurity ? line('Debian-Security', `${suite.name}-security`) : [];
  return [...line('Debian', suite.name), ...security].join('');
}

/** apt's command line for a state below this folder. The releases of old suites are past their date. */
function aptOptions(folder: string): string[] {
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'Acquire::Languages': 'none',
    'Acquire::Check-Valid-Until': 'false',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function download(suite: Suite, folder: string): Promise<string> {
  const options = aptOptions(folder);
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), sourcesFor(suite, await findMirrors()));
  await runCommand(['apt-get', ...options, 'update', '-q']);
  const tree = await runCommand(['apt-cache', ...options, 'depends', '--recurse', '--important', META_PACKAGE]);
  const candidates = tree.split('\n').filter((line) => IMAGE_PACKAGES.test(line));
  const image = candidates.find((name) => name.startsWith('linux-binary-')) ?? candidates[0];
  if (image === undefined) throw new CommandFailed(`apt-cache depends ${META_PACKAGE}`, 0, ['names no kernel']);
  await runCommand(['apt-get', ...options, 'download', '-q', image], { cwd: folder });
  const [deb = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  await runCommand(['dpkg-deb', '-x', join(folder, deb), join(folder, 'unpacked')]);
  const files = readdirSync(join(folder, 'unpacked'), { recursive: true, withFileTypes: true });
  const [kernel] = files.filter((file) => file.isFile() && file.name.startsWith('vmlinuz'));
  if (kernel === undefined) throw new CommandFailed(`dpkg-deb -x ${deb}`, 0, ['has no kernel in it']);
  return join(kernel.parentPath, kernel.name);
}

/** The suite's newest kernel image, downloaded unless it is in the cache. */
export async function fetchKernel(suite: Suite): Promise<Fetched> {
  const path = join(cacheDirectory(), 'kernels', suite.name);
  if (existsSync(path)) return { kind: 'kernel', path };
  const folder = mkdtempSync(join(tmpdir(), 'flak-kernel-'));
  try {
    const image = await download(suite, folder);
    mkdirSync(join(cacheDirectory(), 'kernels'), { recursive: true });
    await runCommand(['cp', image, `${path}.${process.pid}`]);
    renameSync(`${path}.${process.pid}`, path);
    return { kind: 'kernel', path };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { kind: 'unavailable', reason: `the kernel of Debian ${suite.name} can't be fetched: ${error.message}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
