import assert from 'node:assert/strict';
import { environment } from '../../../cli/ending.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const COMMANDS = [
  'profile get',
  'profile list',
  'trace start',
  'trace stop',
  'trace list',
  'trace watch',
  'doctor',
  'files list',
  'files get',
  'snapshot',
  'diff',
  'merge',
  'check',
  'explain',
  'inject',
  'install',
  'uninstall',
];

describe('the command line', () => {
  for (const command of COMMANDS) {
    it(`shows examples and exit codes for ${command} --help, with code 0`, async () => {
      const { code, out, notes } = await runAgainst(new FakeCluster({}), `${command} --help`);
      assert.deepEqual([code, notes], [0, '']);
      assert.match(out, new RegExp(`Examples:\n {2}\\$ .*flak ${command}`));
      assert.match(out, /Exit codes: 0 done, 1 .*, 2 .*, 3 /);
    });
  }

  it("ends with code 2 and a sentence for what it can't make sense of", async () => {
    for (const [line, words] of [
      ['profle list', /unknown command 'profle'\n\(Did you mean profile\?\)/],
      ['profile get', /give the name of a profile, workload or pod, or -l/],
      ['profile get x -l app=web', /and not both/],
      ['profile get x --format xml', /Allowed choices are oci, spo, flak, yaml, artifact/],
      ['profile list -o yaml', /Allowed choices are json/],
      ['inject', /required option '-f, --filename <file>' not specified/],
      ['inject -f x --gate-timeout 0', /Give 1 to 600 seconds/],
      ['inject -f x --gate-timeout 1.5', /Give 1 to 600 seconds/],
      ['inject -f x --namespace-label a', /Give key=value/],
      ['', /Usage: flak/],
      ['profile', /Usage: flak profile/],
    ] as const) {
      const { code, out, notes } = await runAgainst(new FakeCluster({}), line);
      assert.deepEqual([code, out], [2, ''], line);
      assert.match(notes, words);
    }
  });

  it('ends every command that needs one with code 3 where there is no cluster', async () => {
    const connect = () => environment('there is no kubeconfig');
    for (const line of ['profile get x', 'profile list', 'trace list', 'uninstall']) {
      const { code, notes } = await runAgainst(new FakeCluster({}), line, { connect });
      assert.deepEqual([code, notes], [3, 'flak: there is no kubeconfig\n'], line);
    }
  });

  it('lets a defect of its own through', async () => {
    const connect = () => {
      throw new TypeError('a defect');
    };
    await assert.rejects(runAgainst(new FakeCluster({}), 'trace list', { connect }), /a defect/);
  });
});
