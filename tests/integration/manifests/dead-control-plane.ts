/** The lines that docs/install.md gives for a cluster where nobody removes finalizers any more, run as they stand there. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ApiServer } from '../apiserver.ts';

/** The one `sh` block of the page that holds the given words. */
function documentedLine(words: string): string {
  const page = readFileSync('docs/install.md', 'utf8');
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const [found, ...more] = blocks.filter((block) => block.includes(words));
  if (found === undefined || more.length > 0) throw new Error(`not one block with ${words}`);
  return found;
}

function pod(name: string, finalizers: readonly string[], labels: object): object {
  const containers = [{ name: 'app', image: 'docker.io/library/debian:bookworm-slim' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', finalizers, labels },
    spec: { containers },
  };
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { name: string; finalizers?: string[]; annotations?: Record<string, string> };
  }[];
}

export function deadControlPlaneCases(server: () => ApiServer): void {
  describe('without a control plane', () => {
    const run = async (line: string): Promise<void> => {
      const { kubeconfig, kubectlProgram } = server();
      const PATH = `${dirname(kubectlProgram)}:${process.env['PATH'] ?? ''}`;
      await promisify(execFile)('sh', ['-ec', line], { env: { ...process.env, KUBECONFIG: kubeconfig, PATH } });
    };
    const pods = () => server().kubectl.json<Pods>(['get', 'pods', '-n', 'default']);
    const traced = { 'flak.dev/traced': 'true' };

    before(async () => {
      const items = [
        pod('held', ['flak.dev/profile'], traced),
        pod('held-by-two', ['a.example/first', 'flak.dev/profile', 'z.example/last'], traced),
        pod('not-ours', ['a.example/first'], {}),
      ];
      await server().kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    });
    after(async () => {
      for (const name of ['held-by-two', 'not-ours'])
        await server().kubectl.run(['patch', 'pod', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
      await server().kubectl.run(['delete', 'pods', '--all', '--grace-period=0', '--force']);
    });

    it("the documented line takes Flak's finalizer off every pod and touches no other", async () => {
      await run(documentedLine('deleteFromPrimitiveList'));
      assert.deepEqual(
        (await pods()).items.map(({ metadata }) => [metadata.name, metadata.finalizers ?? []]),
        [
          ['held', []],
          ['held-by-two', ['a.example/first', 'z.example/last']],
          ['not-ours', ['a.example/first']],
        ],
      );
    });

    it('the documented line opens the gates of traced pods alone', async () => {
      await run(documentedLine('flak.dev/gate=open'));
      assert.deepEqual(
        (await pods()).items.map(({ metadata }) => metadata.annotations?.['flak.dev/gate']),
        ['open', 'open', undefined],
      );
    });
  });
}
