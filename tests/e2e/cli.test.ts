/** The command line as a user has it beside a cluster: from `flak install` to the second release of a Deployment. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { departures, documentedShape } from '../documented-shape.ts';
import { bareCluster, type FlakCluster } from './flak-cluster.ts';
import { installFlak, withOverlay } from './install.ts';
import { podsOf, waitForTrace } from './observe.ts';
import { shellOf, type Shell } from './shell.ts';
import { allowedIn, NAMESPACE, openShop, type Shop } from './shop.ts';

const PAGE = readFileSync('docs/cli.md', 'utf8');

/** Pods of the examples, whose real names are random. */
const POD_NAMES = /web-7d9c6b5f4-2x4kq|web-0|web-1/g;

/** Commands whose examples change nothing. */
const READING = 'profile get,profile list,trace list,snapshot,diff,merge,check,explain,inject,doctor'.split(',');

describe('flak beside a cluster', () => {
  let flak: FlakCluster;
  let shop: Shop;
  let shell: Shell;
  let run: Shell['run'];

  before(async function () {
    this.timeout(1_800_000);
    flak = await bareCluster();
    shop = await openShop(flak);
    shell = await shellOf(flak, NAMESPACE);
    run = shell.run;
  });

  after(async () => {
    shell[Symbol.dispose]();
    await shop.close();
    await installFlak(flak.kubectl, flak.images);
  });

  const textOf = (name: string): string => {
    const path = join(shell.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };

  /** The answer to `line -o json`, held to what docs/cli.md says of the command. */
  const json = async (command: string, rest: string): Promise<unknown> => {
    const { out } = await run(`flak ${command} ${rest} -o json`);
    return documented(command, JSON.parse(out));
  };

  const isRecorded = async (name: string): Promise<void> => {
    await waitForTrace(flak.kubectl, NAMESPACE, name, ['Recording']);
  };

  /** What `trace watch` prints of a pod that is deleted meanwhile. */
  const watchDeleted = async (name: string, options: string): Promise<string> => {
    const watched = run(`flak trace watch pod.name=${name} ${options}`);
    await flak.kubectl.run(['delete', 'pod', name, '-n', NAMESPACE, '--timeout=180s']);
    return (await watched).out;
  };

  it('installs Flak, and says that the next pod is traced', async () => {
    await withOverlay(flak.images, async (directory) => {
      const installed = await json('install', `-k ${directory} --timeout 180`);
      assert.deepEqual(installed, { installed: directory, namespace: FLAK_NAMESPACE });
      const { notes } = await run(`flak install -k ${directory}`);
      assert.match(notes, /Flak is ready: pods labelled flak\.dev\/trace=true are traced from now on\.\n$/);
    });
    assert.match((await run('flak install -k no-such-folder', 3)).notes, /could not apply no-such-folder/);
  });

  it('finds nothing in the way of tracing on the cluster and on its node, and leaves no pod behind', async () => {
    const { diagnoses } = (await json('doctor', '--nodes')) as { diagnoses: { where: string; state: string }[] };
    assert.ok(diagnoses.filter(({ where }) => where === 'node flak-1').length > 5, JSON.stringify(diagnoses));
    assert.deepEqual(await podsOf(flak.kubectl, FLAK_NAMESPACE, 'flak.dev/component=doctor'), []);
    const { out } = await run('flak doctor --cluster');
    assert.match(out, /^STATE +WHERE +WHAT +DETAIL\n/);
    assert.match(out, /ok +cluster +control plane +2 of 2 replicas ready/);
  });

  it('traces pods that run from now on, shows what was seen so far, and lets them go', async () => {
    const name = await shop.webPod();
    assert.match((await run('flak trace list')).notes, /no traces in namespace shop yet\./);
    assert.match((await run(`flak snapshot ${name}`, 1)).notes, /is not traced; `flak trace start pod\.name=/);
    const labelled = [`pods/${name}`];
    assert.deepEqual(await json('trace start', 'pod.label.app=web,container.name=nginx'), { labelled });
    assert.match((await run(`flak trace start pod.name=${name}`)).notes, /all of them are labelled already/);
    await isRecorded(name);
    const { traces } = (await json('trace list', '-n shop')) as { traces: { podName: string; phase: string }[] };
    assert.deepEqual(
      traces.map(({ podName, phase }) => [podName, phase]),
      [[name, 'Recording']],
    );
    assert.match((await run('flak trace watch deploy/web --timeout 1', 1)).notes, /not ended after 1 s/);
    await shop.serve(name);
    const hasServed = async (): Promise<boolean> => {
      await run(`flak snapshot ${name} -c nginx > now.json`);
      return allowedIn(join(shell.folder, 'now.json')).has('accept4');
    };
    // A report comes every some seconds.
    await waitUntil('a snapshot has what nginx answered with', hasServed, { limitMs: 360_000, intervalMs: 1000 });
    assert.match((await run(`flak snapshot ${name} --format flak | flak explain -`)).out, /^Deployment web, container/);
    assert.deepEqual(await json('trace stop', 'pod.label.app=web'), { stopped: labelled });
    assert.match((await run('flak trace watch deploy/web')).out, /Complete .*late-arming.*deployment-web-nginx\n$/);
    assert.match((await run('flak profile get deploy/web -c nginx > late.json')).notes, /partial.*late-arming/);
    assert.equal(await shop.webPod(), name, 'the pod goes on');
  });

  it('rolls a workload to trace it from the first instruction, and gives its whole profile', async () => {
    const { notes } = await run('flak trace start deploy/web --restart -n shop');
    assert.match(notes, /^deployments\/web is rolling; its new pods are traced from the first instruction\n$/);
    const name = await shop.webPod();
    await isRecorded(name);
    await shop.serve(name);
    const changes = (await watchDeleted(name, '--timeout 300 -o json')).trim().split('\n');
    const traces = changes.map((line) => JSON.parse(line) as { completeness?: { level: string } });
    documented('trace list', { traces });
    assert.equal(traces.at(-1)?.completeness?.level, 'observed');
    const { notes: summary } = await run(`flak profile get pod/${name} > profile.json`);
    assert.match(summary, /^Deployment web, container nginx: /);
    assert.ok(allowedIn(join(shell.folder, 'profile.json')).has('accept4'));
  });

  it('answers about what is stored, in the shapes that the documentation gives', async () => {
    const { profiles } = (await json('profile list', '-n shop')) as { profiles: { name: string }[] };
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['deployment-web-nginx'],
    );
    await json('trace list', '-A');
    await json('check', 'deploy/web');
    await json('explain', 'deploy/web');
    await json('diff', 'late.json deploy/web');
    assert.match((await run('flak diff deploy/web -c nginx', 2)).notes, /has been recorded with one image only/);
    assert.match((await run('flak diff --exit-code profile.json deploy/web')).out, /Both do the same/);
  });

  it('says what a new image changed', async () => {
    await shop.changeImage();
    const name = await shop.webPod();
    await isRecorded(name);
    assert.match(await watchDeleted(name, ''), /Complete/);
    const { out } = await run('flak diff deploy/web -c nginx --exit-code', 1);
    assert.match(out, /^--- deploy\/web \(.*nginx.*\)\n\+\+\+ deploy\/web \(.*workbench.*\)\n/);
    assert.match(out, /^- accept4: allowed before/m);
  });

  it('runs every example of its help as it is printed', async () => {
    const name = await shop.webPod();
    await isRecorded(name);
    await run('mkdir seccomp && flak profile get web --to seccomp/web.json');
    // The first report is of the gate alone; the next one follows within some seconds.
    await run(
      `for n in 1 2 3 4 5 6 7 8 9; do flak snapshot ${name} --format flak --to recorded.json && exit; sleep 5; done; exit 1`,
    );
    await run('for n in run-1 run-2 run-3 local; do cp recorded.json $n.json; done');
    await run(`kubectl get pod ${name} -o yaml > pod.yaml`);
    await shop.addRest();
    const examples = async (command: string): Promise<string[]> => {
      const { out } = await run(`flak ${command} --help`);
      const found = [...out.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line.replaceAll(POD_NAMES, name));
      assert.ok(found.length > 0, command);
      return found;
    };
    const watched = (await examples('trace watch')).map((example, index) => run(`${example} > watched-${index}`));
    const areWatched = () => Promise.resolve([...watched.keys()].every((index) => textOf(`watched-${index}`) !== ''));
    await waitUntil('the traces are watched', areWatched, { limitMs: 360_000 });
    for (const command of [...READING, 'trace start', 'trace stop'])
      for (const example of await examples(command)) await run(example);
    await Promise.all(watched);
    assert.match(textOf('watched-0'), /Complete/);
    assert.equal(await shop.templateLabel(), '', 'the label is off the template again');
  });

  it('says in a sentence what a cluster does not have or does not allow', async () => {
    const config = await flak.kubectl.json<{ users: { user: object }[] }>(['config', 'view', '--raw']);
    for (const each of config.users) each.user = await shop.powerless();
    writeFileSync(join(shell.folder, 'powerless'), JSON.stringify(config));
    for (const [line, code, words] of [
      ['trace start deploy/nosuch', 1, /there is no deployments\/nosuch in namespace shop; name another one, or -n/],
      ['trace stop pod.label.app=nosuch', 1, /no running pod in namespace shop is meant by that/],
      ['profile get nosuch', 1, /no profile of nosuch; `flak profile list -A` shows/],
      ['snapshot nosuch', 1, /pod nosuch is not traced/],
      ['profile list --context nosuch', 3, /context nosuch of .* can't be used .*; name another one with --context/],
      ['profile list --kubeconfig nosuch', 3, /no kubeconfig at nosuch; name one with --kubeconfig/],
      ['profile list --kubeconfig powerless', 3, /could not list syscallprofiles: .*forbidden.*; use an account that/],
      ['doctor --cluster --kubeconfig powerless', 1, /could not be asked: .*forbidden/],
    ] as const) {
      const { out, notes } = await run(`flak ${line}`, code);
      assert.match(out + notes, words, line);
    }
  });
});

/** What a Trace doesn't know yet is left out. */
function documented(command: string, value: unknown): unknown {
  assert.deepEqual(departures(value, documentedShape(PAGE, command), command === 'trace list'), [], command);
  return value;
}
