/** A namespace as the examples of `--help` name it, with a Deployment `web` of nginx in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OPERATOR_CRD } from '../integration/cli/operator-crd.ts';
import type { FlakCluster } from './flak-cluster.ts';
import { podsOf } from './observe.ts';
import { nginxContainer, pod, replicated, shellContainer, TRACED } from './targets.ts';

export const NAMESPACE = 'shop';
const CRD = `crd/${OPERATOR_CRD.metadata.name}`;

export interface Shop {
  /** Once it is ready, the name of the one pod of `web` that isn't ending. */
  readonly webPod: () => Promise<string>;
  /** Has nginx answer a request. */
  readonly serve: (podName: string) => Promise<unknown>;
  /** Rolls `web` to another image, which answers no requests. */
  readonly changeImage: () => Promise<unknown>;
  /** The template's label that has its pods traced; empty where there is none. */
  readonly templateLabel: () => Promise<string>;
  /** What examples name beside that: a pod labelled `job=migrate`, traced until it ends, and the operator's resource. */
  readonly addRest: () => Promise<unknown>;
  /** A kubeconfig's user that may do nothing. */
  readonly powerless: () => Promise<{ readonly token: string }>;
  readonly close: () => Promise<unknown>;
}

export async function openShop({ kubectl, image }: FlakCluster): Promise<Shop> {
  const create = (object: object): Promise<string> => kubectl.run(['create', '-f', '-'], JSON.stringify(object));
  const inShop = (...args: string[]): Promise<string> => kubectl.run([...args, '-n', NAMESPACE]);
  const close = async (): Promise<void> => {
    await kubectl.run(['delete', `namespace/${NAMESPACE}`, '--ignore-not-found', '--timeout=360s']);
    await kubectl.run(['delete', CRD, '--ignore-not-found', '--timeout=360s']);
  };
  await close();
  await kubectl.run(['create', 'namespace', NAMESPACE]);
  const nginx = { spec: { containers: [nginxContainer(image('nginx'))] } };
  await create(replicated('Deployment', NAMESPACE, 'web', 1, nginx));
  return {
    close,
    webPod: async () => {
      await inShop('rollout', 'status', 'deploy/web', '--timeout=180s');
      const all = await podsOf(kubectl, NAMESPACE, 'app=web');
      const pods = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const [only, ...others] = pods.map(({ metadata }) => metadata.name);
      assert.ok(only !== undefined && others.length === 0, JSON.stringify(others));
      return only;
    },
    serve: (name) => kubectl.run(['get', '--raw', `/api/v1/namespaces/${NAMESPACE}/pods/${name}:8080/proxy/healthz`]),
    changeImage: () => {
      const container = '/spec/template/spec/containers/0';
      const patch = [
        { op: 'replace', path: `${container}/image`, value: image('workbench') },
        { op: 'remove', path: `${container}/readinessProbe` },
      ];
      return inShop('patch', 'deploy/web', '--type=json', '-p', JSON.stringify(patch));
    },
    templateLabel: () =>
      inShop('get', 'deploy/web', '-o', 'jsonpath={.spec.template.metadata.labels.flak\\.dev/trace}'),
    addRest: async () => {
      const containers = [shellContainer(image('workbench'), 'main', 'sleep 60')];
      const labels = { ...TRACED, job: 'migrate' };
      await create(pod(NAMESPACE, 'migrate', { labels, spec: { restartPolicy: 'Never', containers } }));
      await create(OPERATOR_CRD);
      await kubectl.run(['wait', '--for=condition=Established', CRD, '--timeout=360s']);
      await inShop('wait', '--for=condition=Ready', 'pod/migrate', '--timeout=360s');
    },
    powerless: async () => ({ token: (await inShop('create', 'token', 'default')).trim() }),
  };
}

/** Names that a file of rules allows. */
export function allowedIn(path: string): ReadonlySet<string> {
  const { syscalls } = JSON.parse(readFileSync(path, 'utf8')) as { syscalls: { names: string[]; action: string }[] };
  return new Set(syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names));
}
