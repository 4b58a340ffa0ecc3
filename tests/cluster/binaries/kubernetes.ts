import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import type { Progress } from '../progress.ts';
import { runCommand } from '../run-command.ts';
import { CompileProgress } from './compile-progress.ts';
import { binariesKey, kubernetesVersion, linkerFlags } from './module-version.ts';

const MODULE = join(import.meta.dirname, '..', 'kubernetes');

/** Compiles Kubernetes' commands unless they are cached; gives the directory they are in. */
export async function kubernetesBinaries(progress: Progress, signal?: AbortSignal): Promise<string> {
  const options = { cwd: MODULE, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' }, signal };
  const goMod = readFileSync(join(MODULE, 'go.mod'), 'utf8');
  const goVersion = (await runCommand(['go', 'env', 'GOVERSION'], options)).trim();
  const directory = join(cacheDirectory(), binariesKey(goMod, goVersion));
  if (existsSync(directory)) return directory;

  const version = kubernetesVersion(goMod);
  progress.note(
    `Compiling Kubernetes ${version}: once per machine, 10 minutes on two cores. \`--kubeconfig\` uses your cluster instead.`,
  );
  const partial = `${directory}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await progress.step(`Compile Kubernetes ${version}`, async (detail) => {
      const compile = new CompileProgress();
      const onLine = (line: string): void => {
        detail(compile.take(line));
      };
      const go = (...args: string[]): Promise<string> => runCommand(['go', ...args], { ...options, onLine });
      const tools = (await go('list', 'tool')).split('\n');
      compile.setTotal((await go('list', '-deps', ...tools)).split('\n').length);
      await go('build', '-v', '-trimpath', '-ldflags', linkerFlags(version), '-o', `${partial}/`, ...tools);
    });
    renameSync(partial, directory);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return directory;
}
