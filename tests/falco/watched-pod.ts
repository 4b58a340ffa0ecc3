/** A pod, its containers and a real Falco set up by the tracer's own code, without a tracer. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startFalco } from '../../tracer/falco/child.ts';
import { falcoConfiguration, falcoRules } from '../../tracer/falco/configuration-files.ts';
import { createPrivateDirectory } from '../../tracer/falco/private-directory.ts';
import { openNodeStage, type NodeStage } from '../integration/tracer-run/node-stage.ts';
import { until } from '../integration/tracer-run/tracing.ts';

export interface WatchedPod extends NodeStage {
  /** Everything that Falco has printed. */
  readonly lines: readonly string[];
  /** How it ended, where it has. */
  ended(): string | undefined;
}

/** A shell and env in the containers' root. */
export function installShell({ folder }: Pick<NodeStage, 'folder'>): void {
  execFileSync('cp', ['/bin/busybox', join(folder, 'root/bin/busybox')]);
  mkdirSync(join(folder, 'root/tmp'), { recursive: true });
}

/** Resolves when Falco has shown an event of the pod. */
export async function watchPod(binary: string, fields: readonly string[] = []): Promise<WatchedPod> {
  const node = await openNodeStage();
  installShell(node);
  const directory = createPrivateDirectory(join(node.folder, 'falco'), node.podUid);
  const wish = { podUid: node.podUid, fields, shed: [], cpus: 2, rulesFile: directory.rulesFile };
  directory.write({ configuration: falcoConfiguration(wish), rules: falcoRules(wish) });
  const lines: string[] = [];
  let end: string | undefined;
  const onLine = (line: string): boolean => lines.push(line) > 0;
  const falco = startFalco({ binary, configurationFile: directory.configurationFile, onLine });
  void falco.ended.then(({ detail }) => {
    end = detail;
  });
  const knock = node.start('knock', ['/bin/sleeper']);
  await until(() => end !== undefined || lines.some((line) => line.includes('"rule":"flak"')));
  knock.kill();
  return {
    ...node,
    lines,
    ended: () => end,
    dispose: async () => {
      await falco.stop(5_000);
      await node.dispose();
    },
  };
}
