/** What the demo traces: Debian's nginx behind a Deployment and a Service, in a namespace of its own. */

export const DEMO = { namespace: 'flak-demo', name: 'web', container: 'nginx', port: 8080 } as const;

/** The objects as one List; `kubectl apply -f -` takes it. The label on the pod template is all that Flak asks for. */
export function demoObjects(nginxImage: string): object {
  const { namespace, name, container, port } = DEMO;
  const labels = { app: name };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace, name },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels: { ...labels, 'flak.dev/trace': 'true' } },
            spec: {
              terminationGracePeriodSeconds: 10,
              containers: [
                {
                  name: container,
                  image: nginxImage,
                  imagePullPolicy: 'IfNotPresent',
                  ports: [{ containerPort: port }],
                  readinessProbe: { httpGet: { port, path: '/' }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace, name },
        spec: { selector: labels, ports: [{ port: 80, targetPort: port }] },
      },
    ],
  };
}
