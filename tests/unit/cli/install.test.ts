import assert from 'node:assert/strict';
import { FakeCluster, runAgainst } from './fakes.ts';

/** kubectl as a list of what it was asked, answering the codes in turn. */
function kubectl(...codes: (number | null)[]) {
  const asked: string[] = [];
  return {
    asked,
    runProgram: (command: readonly string[]) => {
      asked.push(command.join(' '));
      return Promise.resolve(codes.shift() ?? 0);
    },
  };
}

const run = (line: string, runProgram: (command: readonly string[]) => Promise<number | null>) =>
  runAgainst(new FakeCluster({}), `install ${line}`, { runProgram });

describe('flak install', () => {
  it('applies what it is told, to the cluster it is told, and waits until Flak is ready', async () => {
    const { asked, runProgram } = kubectl(0, 0);
    const { code, notes, out } = await run('-k mine --context staging --kubeconfig k --timeout 9', runProgram);
    assert.deepEqual([code, out], [0, '']);
    assert.deepEqual(asked, [
      'kubectl --kubeconfig k --context staging apply -k mine',
      'kubectl --kubeconfig k --context staging wait -n flak-system --for=condition=Available deployment/flak-webhook --timeout=9s',
    ]);
    assert.match(notes, /pods labelled flak.dev\/trace=true are traced from now on/);
  });

  it('prints JSON for programs', async () => {
    const { out } = await run('-o json', kubectl().runProgram);
    assert.deepEqual(JSON.parse(out), { installed: 'manifests/overlays/pushed', namespace: 'flak-system' });
  });

  it('ends with code 3 and what to do where it cannot', async () => {
    const missing = await run('', () => Promise.resolve(null));
    assert.deepEqual([missing.code, /there is no kubectl on the PATH/.test(missing.notes)], [3, true]);
    const refused = await run('', kubectl(1).runProgram);
    assert.deepEqual([refused.code, /could not apply manifests\/overlays\/pushed/.test(refused.notes)], [3, true]);
    const unready = await run('', kubectl(0, 1).runProgram);
    assert.deepEqual([unready.code, /not ready after 120 s/.test(unready.notes)], [3, true]);
  });
});
