/** A review as big as an ordinary Deployment's pod makes it: 8.6 kB. */
const REVIEW_BYTES = 8600;

export function benchReview(): string {
  const env = Array.from({ length: 20 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}` }));
  const container = (name: string): object => ({
    name,
    image: `registry.example/${name}:1.2.3`,
    env,
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    volumeMounts: [
      { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  });
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-7d9c5b6f4-',
      labels: { app: 'web', 'flak.dev/trace': 'true', 'pod-template-hash': '7d9c5b6f4' },
      annotations: { 'example.com/note': '' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d9c5b6f4', uid: 'u', controller: true },
      ],
    },
    spec: {
      initContainers: [container('migrate')],
      containers: [container('app'), container('log')],
      volumes: [{ name: 'kube-api-access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    },
  };
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'shop',
      object,
    },
  };
  object.metadata.annotations['example.com/note'] = 'x'.repeat(
    Math.max(0, REVIEW_BYTES - JSON.stringify(review).length),
  );
  return JSON.stringify(review);
}
