/** A user's shell: a folder, a kubeconfig, and on the PATH `flak` of this checkout and the cluster's kubectl. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { TemporaryTree } from '../temporary-tree.ts';
import type { FlakCluster } from './flak-cluster.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

export interface Shell extends Disposable {
  readonly folder: string;
  /** Runs a line as it would be typed, and expects its exit code to be this one. */
  readonly run: (line: string, code?: number) => Promise<Answer>;
}

/** @param namespace the context's: where commands look that aren't told another */
export async function shellOf({ cluster, kubectl }: FlakCluster, namespace: string): Promise<Shell> {
  const tree = new TemporaryTree();
  const program = (name: string, script: string): void => {
    chmodSync(tree.file(`bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
  };
  program('flak', `exec ${process.execPath} ${resolve('cli/flak.ts')} "$@"`);
  program('sudo', 'exec "$@"');
  // `oras cp --from-oci-layout FOLDER:TAG REGISTRY/…`, as far as the folder.
  program('oras', '[ "$1 $2" = "cp --from-oci-layout" ] && [ -f "${3%:*}/oci-layout" ]');
  symlinkSync(cluster.kubectl, join(tree.root, 'bin/kubectl'));
  const config = await kubectl.json<{ contexts: { context: { namespace?: string } }[] }>(['config', 'view', '--raw']);
  for (const { context } of config.contexts) context.namespace = namespace;
  const path = [join(tree.root, 'bin'), dirname(process.execPath), process.env['PATH']].join(':');
  const env = { ...process.env, KUBECONFIG: tree.file('kubeconfig', JSON.stringify(config)), PATH: path };
  const folder = tree.directory('here');
  const run = async (line: string, code = 0): Promise<Answer> => {
    const child = spawn('sh', ['-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((found, failed) => {
      child.once('error', failed);
      child.once('exit', found);
    });
    const [exitCode, out, notes] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    assert.equal(exitCode, code, `${line}\n${notes}${out.slice(0, 2000)}`);
    assert.ok(!notes.includes('    at '), `no stack trace: ${line}\n${notes}`);
    return { code, out, notes };
  };
  return {
    folder,
    run,
    [Symbol.dispose]: () => {
      tree[Symbol.dispose]();
    },
  };
}
