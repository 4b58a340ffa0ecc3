/** The command line as users run it, against a real API server with Flak's manifests and no control plane behind them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FINALIZER } from '../../../webhook/names.ts';
import { parse } from 'yaml';
import { startApiServer, type ApiServer } from '../apiserver.ts';
import { OPERATOR_CRD } from './operator-crd.ts';
import { storedProfile } from '../../unit/cli/fakes.ts';

const CLUSTER_WIDE =
  'ns,crd,clusterrole,clusterrolebinding,priorityclass,mutatingwebhookconfiguration,validatingwebhookconfiguration,' +
  'validatingadmissionpolicy,validatingadmissionpolicybinding';
const CLI = join(import.meta.dirname, '../../../cli/main.ts');

describe('the command line against a real API server', function () {
  this.timeout(180_000);
  let server: ApiServer;
  let folder: string;

  before(async function () {
    this.timeout(1_200_000); // a machine's first run compiles Kubernetes
    server = await startApiServer();
    folder = mkdtempSync(join(tmpdir(), 'flak-cli-'));
    await server.kubectl.run(['apply', '-k', 'manifests']);
    const { status, ...profile } = storedProfile('deployment-web-nginx', 'Deployment', 'web', 'nginx');
    const object = { ...profile, apiVersion: 'flak.dev/v1alpha1', kind: 'SyscallProfile' };
    await server.kubectl.run(['create', 'namespace', 'shop']);
    await server.kubectl.run(['create', '-f', '-'], JSON.stringify(object));
    const patch = JSON.stringify({ status });
    const target = ['syscallprofile/deployment-web-nginx', '-n', 'shop', '--subresource=status'];
    await server.kubectl.run(['patch', ...target, '--type=merge', '-p', patch]);
  });

  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function flak(...args: string[]): Promise<{ code: number | null; out: string; notes: string }> {
    const child = spawn(process.execPath, [CLI, ...args, '--kubeconfig', server.kubeconfig], { cwd: folder });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [out, notes] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, notes };
  }

  it('lists what is stored and prints exactly the stored file', async () => {
    const list = await flak('profile', 'list', '-A');
    assert.equal(list.code, 0, list.notes);
    assert.match(list.out, /shop +deployment-web-nginx +nginx +1 +observed/);
    const got = await flak('profile', 'get', 'deploy/web', '-n', 'shop');
    const target = ['syscallprofile/deployment-web-nginx', '-n', 'shop'];
    const stored = await server.kubectl.run(['get', ...target, '-o', 'jsonpath={.status.seccomp}']);
    assert.equal(got.out.trim(), stored.trim());
    assert.match((await flak('trace', 'list')).notes, /no traces in namespace default/);
  });

  it("gives a profile that the security-profiles-operator's schema takes, field for field", async () => {
    await server.kubectl.run(['create', '-f', '-'], JSON.stringify(OPERATOR_CRD));
    const crd = `crd/${OPERATOR_CRD.metadata.name}`;
    await server.kubectl.run(['wait', '--for=condition=Established', crd, '--timeout=60s']);
    const { code, out, notes } = await flak('profile', 'get', 'deploy/web', '-n', 'shop', '--format', 'spo');
    assert.equal(code, 0, notes);
    await server.kubectl.run(['create', '--validate=strict', '-f', '-'], out);
    const stored = await server.kubectl.json<{ spec: unknown }>(['get', 'seccompprofile', 'deployment-web-nginx']);
    assert.deepEqual(stored.spec, (parse(out) as { spec: unknown }).spec);
  });

  it('compares what is stored with a file, and explains it', async () => {
    const got = await flak('profile', 'get', 'web', '-n', 'shop', '--to', 'web.json');
    assert.equal(got.code, 0, got.notes);
    const same = await flak('diff', '--exit-code', 'web.json', 'deploy/web', '-n', 'shop');
    assert.deepEqual([same.code, same.out.split('\n')[2]], [0, 'Both do the same with every call.']);
    const explained = await flak('explain', 'web', '-n', 'shop', '--html', 'web.html');
    assert.equal(explained.code, 0, explained.notes);
    assert.match(readFileSync(join(folder, 'web.html'), 'utf8'), /<h1>Deployment web, container nginx<\/h1>/);
  });

  it('starts and stops traces by labels that the API server keeps', async () => {
    const labels = { app: 'api' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const objects = [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api-1', labels }, spec: template.spec },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'api' },
        spec: { selector: { matchLabels: labels }, template },
      },
    ];
    await server.kubectl.run(
      ['create', '-n', 'shop', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    );
    const label = async (object: string, path: string): Promise<string> =>
      server.kubectl.run(['get', object, '-n', 'shop', '-o', `jsonpath={${path}.labels.flak\\.dev/trace}`]);
    for (const [line, pod, inTemplate] of [
      ['start pod.label.app=api', 'true', ''],
      ['start deploy/api --restart', 'true', 'true'],
      ['stop deploy/api', 'false', 'true'],
      ['stop deploy/api --restart', 'false', ''],
    ] as const) {
      const { code, notes } = await flak('trace', ...line.split(' '), '-n', 'shop');
      assert.equal(code, 0, notes);
      assert.deepEqual(
        [await label('pod/api-1', '.metadata'), await label('deployment/api', '.spec.template.metadata')],
        [pod, inTemplate],
        line,
      );
    }
    await server.kubectl.run(['delete', 'pod/api-1', 'deployment/api', '-n', 'shop', '--grace-period=0', '--force']);
  });

  it('keeps the profiles, takes Flak away though nothing of it runs, and leaves no pod held', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'held', namespace: 'shop', finalizers: ['a.example/x', FINALIZER] },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    await server.kubectl.run(['create', '-f', '-'], JSON.stringify(pod));
    const controller = new AbortController();
    const namespaces = finalizeNamespaces(server, controller.signal);
    const { code, notes } = await flak('uninstall', '--export', 'kept');
    controller.abort();
    await namespaces;
    assert.equal(code, 0, notes);
    assert.match(notes, /exported 1 profiles to kept\/[^]*finalizer off pod shop\/held[^]*Flak is removed\.\n$/);
    const file = join(folder, 'kept/shop/deployment-web-nginx.seccomp.json');
    assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { defaultErrnoRet: number }).defaultErrnoRet, 1);
    assert.ok(existsSync(join(folder, 'kept/shop/deployment-web-nginx.json')));
    const finalizers = ['get', 'pod/held', '-n', 'shop', '-o', 'jsonpath={.metadata.finalizers}'];
    assert.equal(await server.kubectl.run(finalizers), '["a.example/x"]');
    // What lived in Flak's namespaces goes with them; the namespace controller that does it doesn't run here.
    const left = await server.kubectl.run(['get', CLUSTER_WIDE, '-l', 'app.kubernetes.io/part-of=flak', '-o', 'name']);
    assert.equal(left, '');
  });

  it('finds nothing left to do the second time', async () => {
    const { code, notes } = await flak('uninstall');
    assert.equal(code, 0, notes);
    assert.match(notes, /there was nothing of Flak to remove/);
    assert.equal((await flak('profile', 'list')).code, 1);
  });
});

/** What kube-controller-manager does once a namespace is empty; none runs here. */
async function finalizeNamespaces(server: ApiServer, signal: AbortSignal): Promise<void> {
  interface NamespaceList {
    readonly items: { readonly metadata: { readonly name: string }; readonly status: { readonly phase: string } }[];
  }
  while (!signal.aborted) {
    const { items } = await server.kubectl.json<NamespaceList>(['get', 'namespaces']);
    for (const { metadata } of items.filter(({ status }) => status.phase === 'Terminating')) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.name }, spec: { finalizers: [] } };
      const path = `/api/v1/namespaces/${metadata.name}/finalize`;
      await server.kubectl.attempt(['replace', '--raw', path, '-f', '-'], JSON.stringify(body));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
