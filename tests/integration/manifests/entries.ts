import assert from 'node:assert/strict';
import { waitUntil } from '../../cluster/wait-until.ts';
import type { Kubectl } from '../../e2e/kubectl.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const ENTRIES = ['pod-label', 'namespace-label', 'annotation', 'opted-out-copy', 'unasked-copy', 'starting'] as const;
type Entry = (typeof ENTRIES)[number];

const LEFTOVERS = [undefined, 'label', 'finalizer', 'gate'] as const;
type Leftover = Exclude<(typeof LEFTOVERS)[number], undefined>;

interface PodCase {
  readonly namespace: string;
  readonly label: string | undefined;
  readonly annotation: string | undefined;
  /** What it still carries of the traced pod that its manifest was copied from. */
  readonly carries: Leftover | undefined;
}

const NAMESPACES: Readonly<Record<string, string | undefined>> = {
  'asks-for-nothing': undefined,
  'asks-for-traces': 'true',
  'asks-for-none': 'false',
};
const EXCLUDED = ['flak-system', 'kube-system', 'kube-node-lease'] as const;
const LABELS = [undefined, 'true', 'false', 'perhaps'] as const;
const ANNOTATIONS = [undefined, 'true', 'false'] as const;

/**
 * Who should be asked, in the words of the documentation: own label, then the namespace's, then the annotation; and
 * whoever asks for nothing only where a copy has something of ours to lose.
 */
function expectedEntry({ namespace, label, annotation, carries }: PodCase): Entry | undefined {
  if ((EXCLUDED as readonly string[]).includes(namespace)) return undefined;
  if (namespace === 'flak-probe') return label === 'true' ? 'starting' : undefined;
  if (label === 'true') return 'pod-label';
  if (label === 'false') return carries === undefined ? undefined : 'opted-out-copy';
  if (NAMESPACES[namespace] === 'true') return 'namespace-label';
  if (annotation === 'true') return 'annotation';
  return carries === undefined ? undefined : 'unasked-copy';
}

function nameOf({ namespace, label, annotation, carries }: PodCase): string {
  return `${namespace}.label-${label ?? 'none'}.annotation-${annotation ?? 'none'}.carries-${carries ?? 'none'}`;
}

function podOf(each: PodCase): object {
  const { carries } = each;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: nameOf(each),
      namespace: each.namespace,
      labels: {
        app: 'any',
        ...(each.label !== undefined && { 'flak.dev/trace': each.label }),
        ...(carries === 'label' && { 'flak.dev/traced': 'true' }),
      },
      ...(carries === 'finalizer' && { finalizers: ['flak.dev/profile'] }),
      ...(each.annotation !== undefined && { annotations: { 'k8s.io/flap': each.annotation } }),
    },
    spec: {
      ...(carries === 'gate' && { initContainers: [{ name: 'flak-gate', image: 'ghcr.io/flak-dev/flak-gate:0.1.0' }] }),
      containers: [{ name: 'app', image: 'docker.io/library/debian:bookworm-slim' }],
    },
  };
}

/** Every combination of namespace, label, annotation and what a copy carries. */
const CASES: readonly PodCase[] = [...Object.keys(NAMESPACES), ...EXCLUDED, 'flak-probe'].flatMap((namespace) =>
  LABELS.flatMap((label) =>
    ANNOTATIONS.flatMap((annotation) => LEFTOVERS.map((carries) => ({ namespace, label, annotation, carries }))),
  ),
);

/** Points every entry of the installed configuration to a path of its own at the receiver. */
async function pointAt(kubectl: Kubectl, receiver: Receiver): Promise<void> {
  const { webhooks } = await kubectl.json<{ webhooks: { name: string }[] }>([
    'get',
    'mutatingwebhookconfiguration/flak',
  ]);
  const patch = webhooks.map(({ name }, i) => ({
    op: 'replace',
    path: `/webhooks/${i}/clientConfig`,
    value: { url: `${receiver.url}/${name.replace('.flak.dev', '')}`, caBundle: receiver.caBundle },
  }));
  await kubectl.run(['patch', 'mutatingwebhookconfiguration/flak', '--type=json', '-p', JSON.stringify(patch)]);
}

export function entryCases(kubectl: () => Kubectl): void {
  describe('webhook entries', () => {
    let receiver: Receiver;

    const review = (cases: readonly PodCase[]) =>
      kubectl().run(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: cases.map(podOf) }),
      );

    before(async () => {
      receiver = await startReceiver();
      for (const [name, label] of Object.entries(NAMESPACES)) {
        await kubectl().run(['create', 'namespace', name]);
        if (label !== undefined) await kubectl().run(['label', 'namespace', name, `flak.dev/trace=${label}`]);
      }
      await pointAt(kubectl(), receiver);
      const labelled = { namespace: 'asks-for-nothing', label: 'true', annotation: undefined, carries: undefined };
      await waitUntil(
        'the API server knows the new addresses',
        async () => {
          await review([labelled]);
          return receiver.calls.length > 0;
        },
        { limitMs: 90_000 },
      );
      receiver.calls.length = 0;
    });
    after(async () => {
      receiver.close();
      await kubectl().run(['delete', 'mutatingwebhookconfiguration/flak']);
      await kubectl().run(['apply', '-k', 'manifests']);
    });

    it('are asked once for each pod that opted in or was copied from one that did, and never for another', async () => {
      await review(CASES);
      const expected = CASES.flatMap((each) => {
        const entry = expectedEntry(each);
        return entry === undefined ? [] : [`${entry} ${nameOf(each)}`];
      });
      const seen = receiver.calls.map(({ path, name }) => `${path.slice(1)} ${name}`);
      assert.deepEqual(seen.sort(), expected.sort());
      assert.deepEqual(new Set(receiver.calls.map(({ path }) => path.slice(1))), new Set(ENTRIES));
    });

    it('are asked when a pod is created, not when it is changed or deleted', async () => {
      const each: PodCase = { namespace: 'asks-for-traces', label: 'true', annotation: undefined, carries: undefined };
      receiver.calls.length = 0;
      await kubectl().run(['create', '-f', '-'], JSON.stringify(podOf(each)));
      await kubectl().run(['label', 'pod', nameOf(each), '-n', each.namespace, 'more=labels']);
      await kubectl().run(['delete', 'pod', nameOf(each), '-n', each.namespace, '--grace-period=0', '--force']);
      assert.deepEqual(
        receiver.calls.map(({ operation, kind }) => `${operation} ${kind}`),
        ['CREATE Pod'],
      );
    });

    it('let the pod through when nobody answers', async () => {
      receiver.close();
      await review([{ namespace: 'asks-for-traces', label: 'true', annotation: 'true', carries: undefined }]);
    });
  });
}
