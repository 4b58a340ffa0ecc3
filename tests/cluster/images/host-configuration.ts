import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, tryCommand } from '../run-command.ts';

/** How this machine reaches package registries. None of it stays in an image but empty mount points. */
export interface HostConfiguration {
  /** `deb URI SUITE COMPONENTS` lines of Debian's own archive, as this machine uses it. */
  readonly aptSources: readonly string[];
  /** Lines of apt.conf(5): proxies, retries, checks of dates. */
  readonly aptOptions: readonly string[];
  /** buildah's `--volume` flags. */
  readonly volumes: readonly string[];
}

const APT_OPTIONS = /^Acquire::(?:http|https|Retries|ForceIPv\d|Check-Valid-Until|Check-Date)\b.* "[^"]+";$/;
const CERTIFICATES = '/etc/ssl/certs';

/** Reads the machine's configuration and writes what a build takes of it into `directory`. */
export async function hostConfiguration(directory: string): Promise<HostConfiguration> {
  const dump = await runCommand(['apt-config', 'dump']);
  const aptOptions = dump.split('\n').filter((line) => APT_OPTIONS.test(line));
  mkdirSync(directory, { recursive: true });
  const aptFile = join(directory, 'apt.conf');
  writeFileSync(aptFile, aptOptions.map((line) => `${line}\n`).join(''));
  const npmFile = join(directory, 'npmrc');
  const registry = await tryCommand(['npm', 'config', 'get', 'registry'], { cwd: '/' });
  writeFileSync(npmFile, registry === undefined ? '' : `registry=${registry}\n`);
  return {
    aptSources: await aptSources(),
    aptOptions,
    volumes: [
      `--volume=${aptFile}:/etc/apt/apt.conf:ro`,
      `--volume=${npmFile}:/usr/local/etc/npmrc:ro`,
      ...(existsSync(CERTIFICATES) ? [`--volume=${CERTIFICATES}:${CERTIFICATES}:ro`] : []),
    ],
  };
}

/** The archive's parts of Debian 12 itself, whatever other sources the machine has. */
async function aptSources(): Promise<string[]> {
  const format = '$(ORIGIN)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = await runCommand(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  return targets
    .split('\n')
    .filter((line) => /^Debian\|.* bookworm(?:-updates|-security)? main$/.test(line))
    .map((line) => line.replace(/^Debian\|/, ''));
}
