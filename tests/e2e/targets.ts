/** Pods and workloads that the end-to-end tests trace. Plain objects; kubectl takes them as JSON. */

export const TRACED = { 'flak.dev/trace': 'true' } as const;

export interface PodShape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** nginx on port 8080 as the pod's only container, ready once it answers. */
export function nginxContainer(image: string): Record<string, unknown> {
  return {
    name: 'nginx',
    image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 8080, path: '/healthz' }, periodSeconds: 1 },
  };
}

/** A container of the workbench image that runs a shell line. */
export function shellContainer(image: string, name: string, line: string): Record<string, unknown> {
  return { name, image, imagePullPolicy: 'IfNotPresent', command: ['/bin/sh', '-c', line] };
}

/** Goes on to a call of its own, `mkdir`, when it is told to (proceed.ts). */
export const WAITS_FOR_WORD = 'until [ -e /tmp/go ]; do sleep 0.1; done; mkdir /tmp/went; exec sleep 600';

/** A pod with a short grace period. */
export function pod(namespace: string, name: string, shape: PodShape): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: shape.labels ?? {}, annotations: shape.annotations ?? {} },
    spec: { terminationGracePeriodSeconds: 5, ...shape.spec },
  };
}

/** A pod that runs a shell line of the workbench image once, as kubectl reads it. */
export function shellPod(
  namespace: string,
  name: string,
  image: string,
  { labels, line }: { readonly labels: Readonly<Record<string, string>>; readonly line: string },
): string {
  const containers = [shellContainer(image, 'main', line)];
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers };
  return JSON.stringify(pod(namespace, name, { labels, spec }));
}

/** A Deployment or StatefulSet of `replicas` pods whose template has the given shape. */
export function replicated(
  kind: 'Deployment' | 'StatefulSet',
  namespace: string,
  name: string,
  replicas: number,
  shape: PodShape,
): object {
  const app = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: app },
      ...(kind === 'StatefulSet' && { serviceName: name }),
      template: {
        metadata: { labels: { ...app, ...shape.labels }, annotations: shape.annotations ?? {} },
        spec: { terminationGracePeriodSeconds: 5, ...shape.spec },
      },
    },
  };
}

/** A Job that runs once, or as `settings` (of its spec) say. */
export function job(
  namespace: string,
  name: string,
  shape: PodShape,
  settings: Readonly<Record<string, unknown>> = {},
): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name },
    spec: {
      backoffLimit: 0,
      ...settings,
      template: {
        metadata: { labels: { ...shape.labels }, annotations: shape.annotations ?? {} },
        spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 5, ...shape.spec },
      },
    },
  };
}
